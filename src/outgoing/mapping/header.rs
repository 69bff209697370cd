//! The batch without its events (outgoing-mapping.md, section 2).

use super::consent;
use super::device::{self, Environment};
use super::ids::{id64, uuid5};
use super::job::{Job, filled};
use super::warnings::{Path, WarningKind};
use super::{attributes, identities};
use crate::message::{EventProcessingRequest, Map, Uuid};
use crate::outgoing::models::{
    ApplicationInfo, BatchContext, Channel, DataEnvironment, DataPlan, DeviceInfo, OutgoingBatch,
    OutgoingLocation, SourceInfo, TextMap,
};

/// The channel; a text that is not one is `unknown`.
pub(super) fn channel(request: &EventProcessingRequest<'_>) -> Option<Channel<'static>> {
    let text = filled(request.source_channel)?;
    let known = Channel::ALL.iter().find(|channel| channel.as_str() == text);
    Some(known.copied().unwrap_or(Channel::Unspecified))
}

/// Everything but the events and the location.
pub(super) fn header<'m>(
    job: &mut Job<'m>,
    request: &EventProcessingRequest<'m>,
    body: &[u8],
    environment: Option<Environment<'m>>,
) -> OutgoingBatch<'m> {
    let settings = job.settings;
    let mut batch = OutgoingBatch::EMPTY;
    // Without an identifier, a repeated delivery of the same bytes gets the same one (N5).
    let id = request.common.id;
    let id = id.unwrap_or_else(|| uuid5(Uuid([0; 16]), body));
    batch.message_id = Some(id);
    batch.batch_id = Some(id64(id));
    batch.timestamp_unixtime_ms = request.common.timestamp_ms;
    if request.common.timestamp_ms.is_none() {
        job.warn(WarningKind::MissingTimestamp, Path::field("timestamp_ms"));
    }
    batch.source_request_id = filled(request.source_id);
    if environment.is_some_and(|environment| environment.runtime.common.is_debug) {
        batch.environment = DataEnvironment::Development;
    }
    if let Some(text) = filled(request.mpid) {
        batch.mpid = text.parse().ok();
        if batch.mpid.is_none() {
            job.warn(WarningKind::InvalidValue, Path::field("mpid"));
        }
    }
    batch.unique_id = filled(settings.unique_id.as_deref());
    if settings.include_mp_deviceid {
        batch.mp_deviceid = device::stamp(job, request.device_application_stamp);
    }
    let timestamp_ms = request.common.timestamp_ms;
    batch.user_identities =
        identities::of_user(job, request.user_identities, request.events, timestamp_ms);
    batch.partner_identities = identities::of_partners(job, request.partner_identities);
    let (texts, lists) = (request.user_attributes, request.user_attribute_lists);
    batch.user_attributes = attributes::merged(job, texts, lists);
    batch.deleted_user_attributes = attributes::deleted(job, request.events, batch.user_attributes);
    if let Some(module) = filled(settings.module_id.as_deref())
        && !request.integration_attributes.is_empty()
    {
        let attributes = TextMap(request.integration_attributes);
        batch.integration_attributes =
            Map::new(job.arena.alloc_slice_copy(&[(module, attributes)]));
    }
    batch.consent_state = request
        .consent_state
        .and_then(|state| consent::state(job, &state));
    let platform_fields = request.platform_fields;
    if let Some(plan_id) = filled(platform_fields.and_then(|fields| fields.dataplan_id)) {
        let mut plan = DataPlan::EMPTY;
        plan.plan_id = Some(plan_id);
        plan.plan_version = platform_fields.and_then(|fields| fields.dataplan_version);
        context(&mut batch).data_plan = Some(plan);
    }
    if settings.include_platform_fields {
        batch.platform_fields = platform_fields;
    }
    if settings.include_metadata {
        metadata(job, request, environment, &mut batch);
    }
    if settings.include_system_notifications {
        batch.system_notifications = consent::notifications(job, request.system_notifications);
    }
    batch
}

/// What the setting "Include Metadata" governs.
fn metadata<'m>(
    job: &mut Job<'m>,
    request: &EventProcessingRequest<'m>,
    environment: Option<Environment<'m>>,
    batch: &mut OutgoingBatch<'m>,
) {
    let channel = channel(request);
    let mut device = DeviceInfo::EMPTY;
    let mut application = ApplicationInfo::EMPTY;
    if let Some(environment) = environment {
        device = environment.device(job, channel);
        application = environment.application(job, channel);
        batch.ip = environment.ip(job);
        batch.sdk_version = filled(environment.runtime.common.sdk_version);
    }
    if let Some(fields) = request.platform_fields {
        let name = &mut application.application_name;
        *name = name.or(filled(fields.app_name));
        let version = &mut application.application_version;
        *version = version.or(filled(fields.app_version));
    }
    batch.device_info = Some(device).filter(|device| *device != DeviceInfo::EMPTY);
    let is_empty = application == ApplicationInfo::EMPTY;
    batch.application_info = (!is_empty).then_some(application);
    batch.source_info = channel.map(|channel| {
        let mut source = SourceInfo::EMPTY;
        source.channel = Some(channel);
        source
    });
}

/// Sets the location of the batch.
pub(super) fn locate<'m>(batch: &mut OutgoingBatch<'m>, location: OutgoingLocation<'m>) {
    context(batch).location = Some(location);
}

fn context<'b, 'm>(batch: &'b mut OutgoingBatch<'m>) -> &'b mut BatchContext<'m> {
    batch.context.get_or_insert(BatchContext::EMPTY)
}
