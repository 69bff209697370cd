//! After warm-up, no heap memory is allocated to parse a message, to dispatch it, to write records
//! for its events (`ARCHITECTURE.md`, step 2), or to map it to the records of a connection. A counting allocator measures this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unsafe_code
)]

#[path = "support/named.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hydrant::hash::{Algorithm, DeferredDigests};
use hydrant::message::*;
use hydrant::outgoing::audience::{
    AudienceMapper, AudienceOutput, AudienceSettings, SentIdentities, SentKey, SentUpdates,
    StoreFailure,
};
use hydrant::outgoing::{ConnectionSettings, Mapper, WarningKind};
use hydrant::{
    AsyncProcessor, Call, Engine, ErrorKind, Failure, Invocation, Output, ParseOptions, Processor,
    Registration, Scratch, parse,
};
use hydrant_testing::generate::{Kind, Options, batch};
use support::Named;

/// The system allocator with a counter of the requests of each thread.
struct Counting;

thread_local! {
    // Const-initialized and without a destructor, so that counting does not allocate.
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    REQUESTS.set(REQUESTS.get() + 1);
}

// SAFETY: every call is forwarded unchanged to the system allocator, which fulfils the contract of
// the trait. Counting only changes a thread-local integer and does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller fulfils the contract of `alloc`, which is the same for `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller fulfils the contract of `alloc_zeroed`, which is the same for
        // `System`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: `block` is from `System` with this layout, as every block is.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is from `System` with this layout, as every block is.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of requests for memory of this thread during `run`.
fn requests(run: impl FnOnce()) -> u64 {
    let before = REQUESTS.get();
    run();
    REQUESTS.get() - before
}

/// A module that does nothing, so that only requests of the engine are counted.
struct Idle;

/// Handlers of messages that are rejected without a handler.
macro_rules! other_messages {
    ($($how:ident)?) => {
        $($how)? fn audience_membership_change(
            &self,
            _: &mut Call<'_>,
            _: &AudienceMembershipChangeRequest<'_>,
        ) -> Result<(), Failure> {
            Ok(())
        }

        $($how)? fn dsr(
            &self,
            _: &mut Call<'_>,
            _: &DsrProcessingRequest<'_>,
        ) -> Result<(), Failure> {
            Ok(())
        }
    };
}

/// Handlers that do nothing. An unordered engine rejects events without a handler.
macro_rules! idle {
    ($($handler:ident: $model:ident),* $(,)?) => {$(
        fn $handler(&self, _: &mut Call<'_>, (): &mut (), _: &$model<'_>) -> Result<(), Failure> {
            Ok(())
        }
    )*};
}

impl Processor for Idle {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }

    other_messages!();

    idle! {
        session_start: SessionStartEvent,
        session_end: SessionEndEvent,
        custom_event: CustomEvent,
        screen_view: ScreenViewEvent,
        error: ErrorEvent,
        privacy_setting_change: PrivacySettingChangeEvent,
        user_attribute_change: UserAttributeChangeEvent,
        user_identity_change: UserIdentityChangeEvent,
        push_subscription: PushSubscriptionEvent,
        application_state_transition: ApplicationStateTransitionEvent,
        push_message_receipt: PushMessageReceiptEvent,
        product_action: ProductActionEvent,
        promotion_action: PromotionActionEvent,
        impression: ImpressionEvent,
        attribution: AttributionEvent,
        push_message_open: PushMessageOpenEvent,
    }
}

/// A module that emits a record for the batch and one for every event of some types.
struct Emitting;

impl Emitting {
    fn emit(call: &mut Call<'_>, common: &EventCommon<'_>, text: &str) -> Result<(), Failure> {
        let mpid = call.batch().mpid;
        call.emit_json(|json| {
            json.int_field("timestamp_ms", common.timestamp_ms.unwrap_or(-1));
            json.text_field("mpid", mpid.unwrap_or_default());
            json.text_field("text", text);
            json.double_field("share", 0.25);
        });
        Ok(())
    }
}

impl Processor for Emitting {
    type Batch = ();

    other_messages!();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }

    fn begin_batch(&self, call: &mut Call<'_>, _: &mut ()) -> Result<(), Failure> {
        let message = Message::EventProcessingRequest(call.batch());
        call.emit_with(None, |out| out.json().message(&message));
        Ok(())
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        _: &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        Self::emit(call, &event.common, event.name.unwrap_or_default())
    }

    fn error(
        &self,
        call: &mut Call<'_>,
        _: &mut (),
        event: &ErrorEvent<'_>,
    ) -> Result<(), Failure> {
        Self::emit(call, &event.common, event.message.unwrap_or_default())
    }
}

/// Messages that are parsed without an error: the corpus, the published samples, and generated
/// messages of all kinds and layouts, including hostile ones that are accepted.
fn messages() -> Vec<Named> {
    let mut messages = support::corpus("valid");
    messages.extend(support::published_samples());
    let ordinary = Options::default();
    messages.extend(support::generated(&ordinary, 150));
    for kind in Kind::ALL {
        messages.extend(support::generated(&ordinary.clone().kind(kind), 30));
    }
    let layouts = ordinary.clone().shuffle(true).pretty(true).seed(2);
    messages.extend(support::generated(&layouts, 100));
    messages.extend(support::generated(&ordinary.hostile(true), 400));
    messages.push(Named {
        name: "a batch of 1,000 events".into(),
        text: batch(1000, 1),
    });
    let options = ParseOptions::default();
    let mut scratch = Scratch::new();
    messages.retain(|message| parse(&message.text, &mut scratch, &options).is_ok());
    assert!(messages.len() > 600, "{}", messages.len());
    messages
}

/// A way of processing messages with reused buffers.
trait Subject {
    fn handle(&mut self, text: &[u8]);
}

#[derive(Default)]
struct Parsing {
    scratch: Scratch,
    options: ParseOptions,
}

impl Subject for Parsing {
    fn handle(&mut self, text: &[u8]) {
        let parsed = parse(text, &mut self.scratch, &self.options);
        assert!(parsed.is_ok_and(|parsed| parsed.message.kind().is_known()));
    }
}

/// Parsing without the fast path, which most of the messages would take.
struct ParsingCompletely(Parsing);

impl Default for ParsingCompletely {
    fn default() -> Self {
        let mut parsing = Parsing::default();
        parsing.options = hydrant::internals::complete_path_only(parsing.options);
        Self(parsing)
    }
}

impl Subject for ParsingCompletely {
    fn handle(&mut self, text: &[u8]) {
        self.0.handle(text);
    }
}

struct Dispatching<P = Idle> {
    engine: Engine<P>,
    scratch: Scratch,
    output: Output,
}

impl<P: Processor> Dispatching<P> {
    fn to(engine: Engine<P>) -> Self {
        Self {
            engine,
            scratch: Scratch::new(),
            output: Output::new(),
        }
    }
}

impl Default for Dispatching {
    fn default() -> Self {
        Self::to(Engine::new(Idle))
    }
}

impl Default for Dispatching<Emitting> {
    fn default() -> Self {
        Self::to(Engine::new(Emitting))
    }
}

/// An unordered engine. Its handlers do nothing, so all batches stay on one thread.
struct DispatchingUnordered(Dispatching);

impl Default for DispatchingUnordered {
    fn default() -> Self {
        Self(Dispatching::to(Engine::new(Idle).unordered(2)))
    }
}

impl Subject for DispatchingUnordered {
    fn handle(&mut self, text: &[u8]) {
        self.0.handle(text);
    }
}

impl Dispatching {
    const INVOCATION: &Invocation = &Invocation::new(1_714_592_744_066, Uuid([7; 16]));

    /// Excludes responses, which modules do not receive and whose refusal allocates, and
    /// registration requests, whose response allocates and is sent rarely.
    fn is_for_modules(text: &[u8]) -> bool {
        let engine = Engine::new(Idle);
        let result = engine.process(text, Self::INVOCATION);
        match result {
            Ok(pending) => {
                pending.finish().message_type() != Some(MessageType::ModuleRegistrationRequest)
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::UnsupportedMessage);
                false
            }
        }
    }
}

impl<P: Processor> Subject for Dispatching<P> {
    fn handle(&mut self, text: &[u8]) {
        let (scratch, output) = (&mut self.scratch, &mut self.output);
        let invocation = Dispatching::INVOCATION;
        let pending = self.engine.process_into(text, scratch, invocation, output);
        assert!(!pending.unwrap().finish().response().is_empty());
    }
}

/// A module with async handlers that are always ready.
struct IdleAsync;

impl AsyncProcessor for IdleAsync {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Idle", "1")
    }

    other_messages!(async);
}

struct DispatchingAsync {
    engine: Engine<IdleAsync>,
    scratch: Scratch,
    output: Output,
}

impl Default for DispatchingAsync {
    fn default() -> Self {
        Self {
            engine: Engine::new_async(IdleAsync),
            scratch: Scratch::new(),
            output: Output::new(),
        }
    }
}

impl Subject for DispatchingAsync {
    fn handle(&mut self, text: &[u8]) {
        let (scratch, output) = (&mut self.scratch, &mut self.output);
        let invocation = Dispatching::INVOCATION;
        let future = self
            .engine
            .process_into_async(text, scratch, invocation, output);
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(pending) = pin!(future).poll(&mut context) else {
            panic!("the future is pending")
        };
        assert!(!pending.unwrap().finish().response().is_empty());
    }
}

/// Parses, maps and writes the records of a connection.
struct Mapping {
    scratch: Scratch,
    mapper: Mapper,
    buffer: Vec<u8>,
    /// The largest record.
    limit: usize,
}

impl Mapping {
    fn with(settings: &[(&str, &str)], limit: usize) -> Self {
        let mut all = ConnectionSettings::default();
        for (name, value) in settings {
            all.set(name, value).unwrap();
        }
        Self {
            scratch: Scratch::new(),
            mapper: Mapper::new(all).unwrap(),
            buffer: Vec::new(),
            limit,
        }
    }

    /// Excludes messages without records, and those whose environment cannot be read, because the
    /// error allocates.
    fn has_records(text: &[u8]) -> bool {
        let mut mapping = Self::default();
        let parsed = parse(text, &mut mapping.scratch, &ParseOptions::default()).unwrap();
        let Message::EventProcessingRequest(request) = parsed.message else {
            return false;
        };
        let mapped = mapping.mapper.map(request, text);
        let unreadable = mapped.warnings().count(WarningKind::UnreadableEnvironment);
        !mapped.is_empty() && unreadable == 0
    }
}

/// Everything is mapped, in one record for each message.
impl Default for Mapping {
    fn default() -> Self {
        let settings = [
            ("include_user_attribute_change_events", "on"),
            ("include_user_identity_change_events", "on"),
            ("include_mp_deviceid", "on"),
            ("include_event_batch_location", "on"),
            ("include_platform_fields", "on"),
            ("module_id", "1"),
        ];
        Self::with(&settings, usize::MAX)
    }
}

impl Subject for Mapping {
    fn handle(&mut self, text: &[u8]) {
        let parsed = parse(text, &mut self.scratch, &ParseOptions::default()).unwrap();
        let Message::EventProcessingRequest(request) = parsed.message else {
            panic!("not a batch")
        };
        let mapped = self.mapper.map(request, text);
        let mut records = 0;
        mapped.each_record(self.limit, &mut self.buffer, |record| {
            assert!(!record.payload.is_empty());
            records += 1;
        });
        assert!(records > 0);
    }
}

/// One record for each event, and without metadata.
struct MappingEvents(Mapping);

impl Default for MappingEvents {
    fn default() -> Self {
        let settings = [
            ("send_as_batch", "off"),
            ("include_metadata", "off"),
            ("metadata_field_exclusion", "ip,device_info.device"),
        ];
        Self(Mapping::with(&settings, usize::MAX))
    }
}

impl Subject for MappingEvents {
    fn handle(&mut self, text: &[u8]) {
        self.0.handle(text);
    }
}

/// Records that are split by size.
struct MappingParts(Mapping);

impl Default for MappingParts {
    fn default() -> Self {
        Self(Mapping::with(&[], 3000))
    }
}

impl Subject for MappingParts {
    fn handle(&mut self, text: &[u8]) {
        self.0.handle(text);
    }
}

fn each_message_alone<S: Subject + Default>(messages: &[Named]) {
    for message in messages {
        let mut subject = S::default();
        let first = requests(|| subject.handle(&message.text));
        assert!(first > 0, "the counter does not count");
        for _ in 0..3 {
            let more = requests(|| subject.handle(&message.text));
            assert_eq!(more, 0, "{}", message.name);
        }
    }
}

/// After one pass over all messages as a warm-up, no order of them allocates.
fn all_messages_in_turn<S: Subject + Default>(messages: &[Named]) {
    let mut subject = S::default();
    for message in messages {
        subject.handle(&message.text);
    }
    let backwards = (0..messages.len()).rev();
    // A stride that is coprime to the length visits all messages, with small and large ones mixed.
    let stride = (messages.len() / 3..)
        .find(|stride| greatest_common_divisor(*stride, messages.len()) == 1)
        .unwrap();
    let mixed = (0..messages.len()).map(|step| step * stride % messages.len());
    for at in (0..messages.len()).chain(backwards).chain(mixed) {
        let message = &messages[at];
        let more = requests(|| subject.handle(&message.text));
        assert_eq!(more, 0, "{}", message.name);
    }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(requests(|| {}), 0);
    assert_eq!(requests(|| drop(std::hint::black_box(Box::new(1)))), 1);
    let mut text = String::with_capacity(1);
    assert_eq!(requests(|| text.push_str("longer")), 1);
}

#[test]
fn parsing_a_message_again_allocates_nothing() {
    each_message_alone::<Parsing>(&messages());
    each_message_alone::<ParsingCompletely>(&messages());
}

#[test]
fn parsing_different_messages_in_turn_allocates_nothing() {
    let mut messages = messages();
    all_messages_in_turn::<Parsing>(&messages);
    all_messages_in_turn::<ParsingCompletely>(&messages);
    // Sorted by size, so that buffers grow with nearly every message of the warm-up.
    messages.sort_by_key(|message| message.text.len());
    all_messages_in_turn::<Parsing>(&messages);
    all_messages_in_turn::<ParsingCompletely>(&messages);
}

#[test]
fn dispatching_a_message_again_allocates_nothing() {
    let mut messages = messages();
    messages.retain(|message| Dispatching::is_for_modules(&message.text));
    each_message_alone::<Dispatching>(&messages);
    each_message_alone::<DispatchingUnordered>(&messages);
    each_message_alone::<DispatchingAsync>(&messages);
}

#[test]
fn dispatching_different_messages_in_turn_allocates_nothing() {
    let mut messages = messages();
    messages.retain(|message| Dispatching::is_for_modules(&message.text));
    all_messages_in_turn::<Dispatching>(&messages);
    messages.sort_by_key(|message| message.text.len());
    all_messages_in_turn::<Dispatching>(&messages);
}

#[test]
fn writing_records_allocates_nothing() {
    let mut messages = messages();
    messages.retain(|message| Dispatching::is_for_modules(&message.text));
    each_message_alone::<Dispatching<Emitting>>(&messages);
    messages.sort_by_key(|message| message.text.len());
    all_messages_in_turn::<Dispatching<Emitting>>(&messages);
}

#[test]
fn mapping_to_records_allocates_nothing() {
    let mut messages = messages();
    messages.retain(|message| Mapping::has_records(&message.text));
    assert!(messages.len() > 200, "{}", messages.len());
    each_message_alone::<Mapping>(&messages);
    each_message_alone::<MappingEvents>(&messages);
    each_message_alone::<MappingParts>(&messages);
    messages.sort_by_key(|message| message.text.len());
    all_messages_in_turn::<Mapping>(&messages);
    all_messages_in_turn::<MappingEvents>(&messages);
    all_messages_in_turn::<MappingParts>(&messages);
}

#[test]
fn identities_settings_and_deferred_digests_allocate_nothing() {
    let identity = Identity::new(IdentityEncoding::Raw, " Ada@Example.com ");
    let mut account = Account::default();
    account.account_settings = Map::new(&[("limit", "7")]);
    let (mut digests, mut out) = (DeferredDigests::new(), Vec::new());
    let mut round = || {
        out.clear();
        for &algorithm in Algorithm::ALL {
            assert!(identity.encode(algorithm).is_some());
            for _ in 0..100 {
                let digest = digests.add_identity(algorithm, identity).unwrap();
                digests.write(digest, &mut out);
            }
        }
        digests.fill(&mut out).unwrap();
        assert_eq!(account.setting("limit"), Ok(7_i64));
    };
    round();
    assert_eq!(requests(round), 0);
}

/// A store in which every user has other identities than those of the message.
struct OtherIdentities;

impl SentIdentities for OtherIdentities {
    fn get(&self, _: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
        out.extend_from_slice(b"\x01\x01\x05\0\0\0Email\x01\0\0\0a");
        Ok(true)
    }

    fn apply(&self, _: &SentUpdates, _: i64) -> Result<(), StoreFailure> {
        Ok(())
    }
}

#[test]
fn mapping_audiences_allocates_nothing() {
    let profile = |id: usize| {
        format!(
            r#"{{"mpid":"{id}","user_identities":[{{"type":"email","encoding":"raw","value":"e{id}"}}],
                "device_identities":[{{"type":"android_id","encoding":"raw","value":"a"}},
                {{"type":"android_id","encoding":"raw","value":"b"}}],"audiences":[
                {{"audience_id":1,"audience_name":"A","action":"add"}},
                {{"audience_id":2,"audience_name":"B","action":"delete"}}]}}"#
        )
    };
    let profiles: Vec<String> = (1..=100).map(profile).collect();
    let body = format!(
        r#"{{"type":"audience_membership_change_request","timestamp_ms":1,"user_profiles":[{}]}}"#,
        profiles.join(",")
    );
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    let Message::AudienceMembershipChangeRequest(request) = parsed.message else {
        panic!("another message");
    };
    let mut settings = AudienceSettings::default();
    for (devices, records) in [(false, 300), (true, 500)] {
        settings.one_message_per_device = devices;
        let mapper = AudienceMapper::with_store(settings.clone(), OtherIdentities);
        let mut output = AudienceOutput::new();
        let mut round = || {
            mapper.map(request, &mut output).unwrap();
            assert_eq!(output.records().len(), records);
            assert_eq!(output.updates().iter().count(), 200);
        };
        round();
        assert_eq!(requests(round), 0);
    }
}
