//! The customer's account with its setting values, and the platform fields (sections 5.1, 5.11).

use super::Map;
use crate::schema::model;

model! {
    /// The customer account: one configuration of the integration (section 5.1).
    pub struct Account<'a> {
        /// Number of the account.
        "account_id" account_id: i32 = 0, always, required;
        /// Values of the settings that the module registered, always as text. They may contain keys
        /// and passwords, so `Debug` does not show them; [`setting`](Account::setting) reads them
        /// by type.
        "account_settings" account_settings: Map<'a, &'a str> = Map::EMPTY, set, secret;
    }
}

model! {
    /// Account, workspace, input, application and data plan of a batch (section 5.11).
    pub struct PlatformFields<'a> {
        /// Number of the platform account.
        "mp_account_id" mp_account_id: i32 = 0, always, since "3.2.0";
        /// Name of the platform account.
        "mp_account_name" mp_account_name: Option<&'a str> = None, set, since "3.2.0";
        /// Number of the workspace.
        "workspace_id" workspace_id: i32 = 0, always, since "3.2.0";
        /// Name of the workspace.
        "workspace_name" workspace_name: Option<&'a str> = None, set, since "3.2.0";
        /// Name of the input.
        "input_name" input_name: Option<&'a str> = None, set, since "3.2.0";
        /// Application name as configured.
        "app_name" app_name: Option<&'a str> = None, set, since "3.2.0";
        /// Application version.
        "app_version" app_version: Option<&'a str> = None, set, since "3.2.0";
        /// Data plan.
        "dataplan_id" dataplan_id: Option<&'a str> = None, set, since "3.2.0";
        /// Name of the data plan.
        "dataplan_name" dataplan_name: Option<&'a str> = None, set, since "3.2.0";
        /// Version of the data plan.
        "dataplan_version" dataplan_version: Option<i32> = None, set, since "3.2.0";
    }
}
