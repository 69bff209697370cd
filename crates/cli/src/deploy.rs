//! `hydrant deploy-commands`: what lets the platform call a Lambda function.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use crate::exit::{Failure, exit_status};
use crate::output::OutputArgs;

/// The AWS accounts from which the platform calls functions (lambda-and-http.md, section 3).
pub(crate) const PRINCIPALS: [&str; 2] = ["338661164609", "457804467337"];

/// Print the AWS commands that let the platform call a Lambda function, and what else it needs
///
/// The platform calls an alias of the function, from two accounts; a permission on the function alone
/// does not cover its aliases. The output is a shell script: read it, then run it. It changes nothing
/// that exists, and can run again: if a statement id is taken, the permission exists, and the script
/// continues. After any other failure it runs the other commands, and ends with status 1.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant deploy-commands --alias production \\\n    \
     --function-arn arn:aws:lambda:us-east-1:123456789012:function:acme\n  \
     hydrant deploy-commands --alias production --function-arn ARN_IN_ONE_REGION \\\n    \
     --function-arn ARN_IN_ANOTHER > permissions.sh\n\n",
    exit_status!()
))]
pub(crate) struct DeployArgs {
    /// The ARN of the function, without alias; once for each region of the platform's customers
    #[arg(long, value_name = "ARN", required = true, value_parser = Function::parse)]
    function_arn: Vec<Function>,

    /// The alias that takes the live traffic
    #[arg(long, value_name = "NAME", value_parser = alias)]
    alias: String,

    #[command(flatten)]
    output: OutputArgs,
}

/// A function, by the parts of its ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Function {
    arn: String,
    region: String,
    name: String,
}

impl Function {
    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [
            "arn",
            "aws" | "aws-cn" | "aws-us-gov",
            "lambda",
            region,
            account,
            "function",
            name,
            rest @ ..,
        ] = &parts[..]
        else {
            let expected = "expected arn:aws:lambda:REGION:ACCOUNT:function:NAME";
            return Err(expected.to_owned());
        };
        if let Some(alias) = rest.first() {
            return Err(format!(
                "give `{alias}` with --alias, and the ARN without it"
            ));
        }
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if region.is_empty() || !region.chars().all(lower) {
            return Err("the region is not valid; expected for example us-east-1".to_owned());
        }
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("the account is not valid; expected 12 digits".to_owned());
        }
        if !is_name(name, 64) {
            return Err("the name of the function is not valid".to_owned());
        }
        Ok(Self {
            arn: text.to_owned(),
            region: (*region).to_owned(),
            name: (*name).to_owned(),
        })
    }
}

/// Letters, digits, `-` and `_`: texts that need no quotes in a shell.
fn is_name(text: &str, most: usize) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=most).contains(&text.len()) && text.chars().all(letter)
}

fn alias(text: &str) -> Result<String, String> {
    if !is_name(text, 128) {
        return Err("expected 1 to 128 letters, digits, `-` and `_`".to_owned());
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("a number is a version, which cannot move to new code".to_owned());
    }
    Ok(text.to_owned())
}

pub(crate) fn run(args: &DeployArgs) -> Result<ExitCode, Failure> {
    let functions = &args.function_arn;
    for (position, function) in functions.iter().enumerate() {
        if functions.iter().take(position).any(|it| it == function) {
            let problem = format!("--function-arn {} is given twice", function.arn);
            return Err(Failure::Usage(problem));
        }
    }
    let text = script(functions, &args.alias);
    args.output.open(&[])?.print(text.as_bytes())
}

/// The beginning of a script: the function `permit` runs a command, and goes on if the permission
/// exists.
const PERMIT: &str = r#"set -u
failed=0

permit() {
  if said=$("$@" 2>&1); then
    printf '%s\n' "$said"
    return
  fi
  case $said in
    *ResourceConflictException*) echo "this permission exists" ;;
    *) printf '%s\n' "$said" >&2; failed=1 ;;
  esac
}
"#;

fn script(functions: &[Function], alias: &str) -> String {
    let mut text = format!("#!/bin/sh\n{PERMIT}");
    for Function { arn, region, name } in functions {
        let _ = write!(
            text,
            "\n# {name} in {region}. If the alias does not exist, create it with a version of the code:\n\
             # aws lambda publish-version --region {region} --function-name {name}\n\
             # aws lambda create-alias --region {region} --function-name {name} --name {alias} \
             --function-version VERSION\n"
        );
        if !region.starts_with("us-") {
            text.push_str(
                "# The accounts are documented for the platform in the US; ask whether they apply in \
                 this region.\n",
            );
        }
        text.push_str(&permissions(region, &format!("{arn}:{alias}")));
    }
    text.push_str("\n# Then give the platform:\n");
    for Function { arn, .. } in functions {
        let _ = writeln!(text, "# [ ] the ARN {arn}:{alias}");
    }
    text.push_str(
        "# [ ] the response to a registration request, which it imports; check it with\n\
         #     hydrant lint-registration\n\
         # [ ] the logo: SVG, high resolution, transparent background, readable on light pages\n\
         # [ ] credentials of a test account, for the required settings\n\
         # [ ] a limit of at least 1,000 concurrent executions in the account: hydrant plan\n\
         \nexit \"$failed\"\n",
    );
    text
}

/// The part of a script with the permissions for the alias `"$arn"` in `"$region"`. Afterwards
/// `"$failed"` is the exit status.
pub(crate) fn permissions_of_variables() -> String {
    format!("{PERMIT}\n{}", permissions("\"$region\"", "\"$arn\""))
}

/// The commands that let the platform call the alias with this ARN. Both are words of a shell.
fn permissions(region: &str, arn: &str) -> String {
    let commands = PRINCIPALS.map(|principal| {
        format!(
            "permit aws lambda add-permission \\\n  \
             --region {region} \\\n  \
             --function-name {arn} \\\n  \
             --statement-id mparticle-{principal} \\\n  \
             --principal {principal} \\\n  \
             --action lambda:InvokeFunction\n"
        )
    });
    commands.concat()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:acme";

    #[test]
    fn arns() {
        let function = Function::parse(ARN).unwrap();
        assert_eq!((&*function.region, &*function.name), ("us-east-1", "acme"));
        Function::parse(&ARN.replace("arn:aws", "arn:aws-cn")).unwrap();
        for bad in [
            "acme",
            "arn:aws:lambda:us-east-1:123456789:function:acme",
            "arn:aws:lambda::123456789012:function:acme",
            "arn:aws:lambda:us-east-1:123456789012:function:",
            "arn:aws:lambda:us-east-1:123456789012:function:a b",
            "arn:aws:lambda:us-east-1:123456789012:function:$(id)",
            "arn:aws:lambda:us-east-1;id:123456789012:function:acme",
            "arn:aws:sqs:us-east-1:123456789012:function:acme",
            "arn:aws:lambda:us-east-1:123456789012:function:acme:live",
        ] {
            assert!(Function::parse(bad).is_err(), "{bad}");
        }
        let with_alias = Function::parse(&format!("{ARN}:live"));
        assert!(with_alias.unwrap_err().contains("--alias"));
        for (text, good) in [
            ("live", true),
            ("v-1_x", true),
            ("1", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(alias(text).is_ok(), good, "{text}");
        }
    }

    /// lambda-and-http.md, section 3.
    #[test]
    fn permissions_are_for_the_alias_and_both_accounts() {
        let other = ARN.replace("us-east-1", "eu-west-1");
        let functions = [ARN, &other].map(|arn| Function::parse(arn).unwrap());
        let text = script(&functions, "production");
        let commands: Vec<String> = text
            .replace("\\\n", "")
            .lines()
            .filter_map(|line| line.strip_prefix("permit "))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(commands.len(), 4);
        for (region, principal) in [
            ("us-east-1", "338661164609"),
            ("us-east-1", "457804467337"),
            ("eu-west-1", "338661164609"),
            ("eu-west-1", "457804467337"),
        ] {
            let command = format!(
                "aws lambda add-permission --region {region} --function-name \
                 arn:aws:lambda:{region}:123456789012:function:acme:production --statement-id \
                 mparticle-{principal} --principal {principal} --action lambda:InvokeFunction"
            );
            assert!(commands.contains(&command), "{command}");
        }
        assert_eq!(text.matches("ask whether they apply").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_script_can_run_again() {
        let other = ARN.replace("us-east-1", "eu-west-1");
        let functions = [ARN, &other].map(|arn| Function::parse(arn).unwrap());
        assert_can_run_again(&script(&functions, "production"), &[], 4);
    }

    /// Permissions that exist are no failure, and a failure does not keep the others from being
    /// added.
    #[cfg(unix)]
    pub(crate) fn assert_can_run_again(script: &str, args: &[&str], permissions: usize) {
        use std::os::unix::fs::PermissionsExt as _;
        use std::process::Command;
        let folder = tempfile::tempdir().unwrap();
        let aws = folder.path().join("aws");
        let run = |program: &str| {
            std::fs::write(
                &aws,
                format!("#!/bin/sh\necho \"$@\" >> \"$0.calls\"\n{program}\n"),
            )
            .unwrap();
            std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
            let path = std::env::var("PATH").unwrap_or_default();
            let output = Command::new("sh")
                .args(["-c", script, "script"])
                .args(args)
                .env("PATH", format!("{}:{path}", folder.path().display()))
                .output()
                .unwrap();
            let calls = folder.path().join("aws.calls");
            let count = std::fs::read_to_string(&calls).unwrap().lines().count();
            std::fs::remove_file(calls).unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            (output.status.code(), count, error)
        };
        assert_eq!(run("exit 0"), (Some(0), permissions, String::new()));
        let exists = "echo 'An error occurred (ResourceConflictException)' >&2; exit 254";
        assert_eq!(run(exists), (Some(0), permissions, String::new()));
        let denied = "case $* in *us-east-1*338*) echo AccessDenied >&2; exit 254 ;; esac";
        let expected = (Some(1), permissions, "AccessDenied\n".to_owned());
        assert_eq!(run(denied), expected);
    }
}
