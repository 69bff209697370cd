//! The function for AWS Lambda.

use {{crate}}::Module;

fn main() -> Result<(), hydrant_lambda::Error> {
    hydrant_lambda::run(Module::from_env()?)
}
