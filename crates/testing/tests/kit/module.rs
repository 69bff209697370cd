//! A module with synchronous handlers, and one with async handlers.

use hydrant::engine::SubscriptionReply;
use hydrant::message::*;
use hydrant::registration::Text;
use hydrant::{AsyncProcessor, Call, Failure, Processor, Registration, ResultExt};

/// Emits the plan of each custom event, with the user as key.
pub(crate) struct Plans;

impl Processor for Plans {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Plans", "1.0")
            .events([EventType::CustomEvent])
            .audiences(|it| it.subscription_setting(Text::new("list_id", "List").invisible()))
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        match event.name {
            Some("panic") => panic!("on purpose"),
            Some("suspend") => call.suspend_subscription(),
            _ => {}
        }
        let plan = event.attributes.get("plan").or_reject("no plan")?;
        let user = call.batch().email().and_then(|email| email.raw());
        let user = user.unwrap_or("nobody").to_owned();
        call.emit_json_keyed(user.as_bytes(), |json| json.text_field("plan", plan));
        Ok(())
    }

    fn audience_subscription(
        &self,
        _: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        Ok([("list_id", format!("list-{}", request.audience_id))].into())
    }

    fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        for audience in request.user_profiles.iter().flat_map(|user| user.audiences) {
            let list = audience
                .audience_subscription_settings
                .get("list_id")
                .or_reject("no list")?;
            call.emit(list.as_bytes());
        }
        Ok(())
    }
}

/// Waits before it does the same as [`Plans`].
pub(crate) struct Waiting;

impl AsyncProcessor for Waiting {
    type Batch = ();

    fn registration(&self) -> Registration {
        Plans.registration()
    }

    async fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            if polls < 3 {
                std::task::Poll::Pending
            } else {
                std::task::Poll::Ready(())
            }
        })
        .await;
        Plans.custom_event(call, &mut (), event)
    }
}

/// The text of the panic of an assertion that must fail.
pub(crate) fn complaint(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(assertion).expect_err("the assertion holds");
    *panic.downcast::<String>().unwrap()
}
