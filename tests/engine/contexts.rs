//! What a handler may look at: settings, identities, attributes, consent.

use hydrant::message::*;
use hydrant::{Engine, EventContext, Handled, Outcome, Processor};

use crate::recorder::{INVOCATION, batch_with};

/// Hands the context of a batch to a test.
struct Look<F>(F);

impl<F: Fn(&mut EventContext<'_, '_>) -> Handled + Send + Sync> Processor for Look<F> {
    fn register(&self) -> ModuleRegistrationResponse<'_> {
        ModuleRegistrationResponse::EMPTY
    }
    fn begin_batch(&self, context: &mut EventContext<'_, '_>) -> Handled {
        (self.0)(context)
    }
}

/// The outcome of looking at a batch with these fields.
fn look(
    fields: &str,
    at: impl Fn(&mut EventContext<'_, '_>) -> Handled + Send + Sync,
) -> Option<Outcome> {
    let body = batch_with(fields, &["error"]);
    let output = Engine::new(Look(at))
        .process(body.as_bytes(), &INVOCATION)
        .unwrap();
    output.failure().cloned()
}

const SETTINGS: &str = r#""account":{"account_id":5,"account_settings":{"flag":"TRUE","off":"yes","port":"443",
    "rate":"2.5","key":"s3cr3t","empty":"","padded":" 1"}},"#;

#[test]
fn settings_by_type() {
    let looked = look(SETTINGS, |context| {
        assert_eq!(context.account().unwrap().account_id, 5);
        assert_eq!(context.invocation().now_ms, INVOCATION.now_ms);
        assert!(context.setting::<bool>("flag")?);
        assert!(!context.setting::<bool>("off")?);
        assert_eq!(context.setting::<i32>("port")?, 443);
        assert_eq!(context.setting::<i64>("port")?, 443);
        assert_eq!(context.setting::<f64>("rate")?, 2.5);
        assert_eq!(context.setting::<&str>("key")?, "s3cr3t");
        assert_eq!(context.setting::<&str>("empty")?, "");
        assert_eq!(context.setting_text("none"), None);
        assert_eq!(context.setting_or("none", 7)?, 7);
        assert_eq!(context.setting_or("port", 7)?, 443);
        Ok(())
    });
    assert_eq!(looked, None);
}

#[test]
fn errors_of_settings_name_the_setting_and_never_its_value() {
    let reason = |at: fn(&mut EventContext<'_, '_>) -> Handled| match look(SETTINGS, at) {
        Some(Outcome::Fatal { reason }) => reason.into_owned(),
        other => panic!("{other:?}"),
    };
    for (reason, expected) in [
        (
            reason(|context| {
                context
                    .setting::<i32>("key")
                    .map(|_| ())
                    .map_err(Into::into)
            }),
            "the setting `key` is not a 32-bit integer",
        ),
        (
            reason(|context| {
                context
                    .setting::<i64>("rate")
                    .map(|_| ())
                    .map_err(Into::into)
            }),
            "the setting `rate` is not a 64-bit integer",
        ),
        (
            reason(|context| {
                context
                    .setting_or::<f64>("key", 1.0)
                    .map(|_| ())
                    .map_err(Into::into)
            }),
            "the setting `key` is not a number",
        ),
        (
            reason(|context| {
                context
                    .setting::<i32>("padded")
                    .map(|_| ())
                    .map_err(Into::into)
            }),
            "the setting `padded` is not a 32-bit integer",
        ),
        (
            reason(|context| {
                context
                    .setting::<bool>("none")
                    .map(|_| ())
                    .map_err(Into::into)
            }),
            "the setting `none` is missing",
        ),
    ] {
        assert_eq!(reason, expected);
    }
}

const IDENTITIES: &str = r#""mpid":"-42","device_application_stamp":"","user_identities":[
    {"type":"email","encoding":"sha256","value":"e1"},{"type":"email","encoding":"raw","value":"e2"},
    {"type":"loyalty_card","encoding":"raw","value":"l1"}],
    "partner_identities":[{"type":"acme_id","encoding":"md5","value":"p1"}],
    "runtime_environment":{"type":"android","identities":[{"type":"android_id","encoding":"raw","value":"d1"}]},"#;

#[test]
fn the_first_identity_of_a_chain_that_is_there() {
    use IdentityKey::*;
    let looked = look(IDENTITIES, |context| {
        let find = |chain: &[IdentityKey<'_>]| {
            context
                .first_identity(chain)
                .map(|found| (found.value.to_owned(), found.encoding.as_str().to_owned()))
        };
        let found = |value: &str, encoding: &str| Some((value.to_owned(), encoding.to_owned()));
        let customer = User(UserIdentityType::Customer);
        let vendor = Device(DeviceIdentityType::IosVendorId);
        assert_eq!(find(&[]), None);
        assert_eq!(
            find(&[customer, vendor, Partner("other"), DeviceApplicationStamp]),
            None
        );
        // Of two, the first; of the chain, the first too.
        assert_eq!(
            find(&[customer, User(UserIdentityType::Email), Mpid]),
            found("e1", "sha256")
        );
        assert_eq!(
            find(&[Mpid, User(UserIdentityType::Email)]),
            found("-42", "raw")
        );
        assert_eq!(
            find(&[vendor, Device(DeviceIdentityType::AndroidId)]),
            found("d1", "raw")
        );
        assert_eq!(find(&[Partner("acme_id")]), found("p1", "md5"));
        assert_eq!(
            find(&[User(UserIdentityType::Unknown("loyalty_card"))]),
            found("l1", "raw")
        );
        assert_eq!(find(&[DeviceApplicationStamp, Mpid]), found("-42", "raw"));
        assert_eq!(context.email().unwrap().value, "e1");
        assert_eq!(context.customer_id(), None);
        assert!(!format!("{:?}", context.first_identity(&[Mpid])).contains("42"));
        Ok(())
    });
    assert_eq!(looked, None);
    let looked = look(r#""runtime_environment":{"type":"toaster"},"#, |context| {
        assert_eq!(context.runtime(), None);
        assert_eq!(context.device_id(DeviceIdentityType::AndroidId), None);
        Ok(())
    });
    assert_eq!(looked, None);
}

#[test]
fn attributes_and_consent() {
    let fields = r#""user_attributes":{"$Age":"42","plan":"gold","vip":"True","rate":"1e400"},
        "user_attribute_lists":{"tags":["a",null]},
        "consent_state":{"gdpr_consent_state":{"ads":{"consented":true}},
            "ccpa_consent_state":{"data_sale_opt_out":{"consented":false}}},"#;
    let looked = look(fields, |context| {
        assert_eq!(context.user_attribute::<i64>("$Age"), Some(42));
        assert_eq!(context.user_attribute::<i64>("plan"), None);
        assert_eq!(context.user_attribute::<&str>("plan"), Some("gold"));
        assert_eq!(context.user_attribute::<bool>("vip"), Some(true));
        assert_eq!(context.user_attribute::<f64>("rate"), None);
        assert_eq!(
            context.user_attribute_list("tags"),
            Some(&[Some("a"), None][..])
        );
        assert!(context.gdpr_consent("ads").unwrap().consented);
        assert_eq!(context.gdpr_consent("mail"), None);
        assert_eq!(context.opted_out_of_data_sale(), Some(false));
        Ok(())
    });
    assert_eq!(looked, None);
    let looked = look("", |context| {
        assert_eq!(context.opted_out_of_data_sale(), None);
        assert!(context.account().is_none());
        Ok(())
    });
    assert_eq!(looked, None);
}
