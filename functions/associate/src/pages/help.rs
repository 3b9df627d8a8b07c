//! Help for employees, with what is recorded about them.

use super::{Layout, Site};
use shared::model::audit::Retention;

/// The help page.
#[derive(Debug)]
pub(crate) struct HelpPage {
    pub(crate) site: Site,
    pub(crate) retention: Retention,
}

impl HelpPage {
    /// The page.
    pub(crate) fn html(&self) -> String {
        let audit = kept(self.retention.audit);
        let connections = kept(self.retention.connections);
        let hours = self.site.max_extension_minutes / 60;
        let layout = Layout {
            title: "Help",
            refresh_seconds: None,
            has_sign_out: self.site.has_sign_out,
        };
        layout.around(format_args!(
            "<h2>How it works</h2>\n\
             <p>The VPN is associated only while somebody needs it, because AWS bills every hour of it. Ask for it, \
             wait some minutes (4 to 10, sometimes more), then connect with your VPN client.</p>\n\
             <p>It stays while anybody is connected. Once nobody is, it goes after an idle time, at night sooner. \
             You can keep it longer, up to {hours} hours ahead, and you can say that you are done. Connecting and \
             traffic count as use; looking at the page does not.</p>\n\
             <h2>The client profile</h2>\n\
             <p>Install the AWS VPN Client, download the profile from the status page, and add it there. You need \
             it once.</p>\n\
             <h2>What is recorded about you</h2>\n\
             <p>Each request, extension, release and download of a profile: your email address, the time, the \
             address you came from, your browser, and how the request reached us. Kept {audit}.</p>\n\
             <p>Each VPN connection: your user or certificate name, when it ended, how long it lasted and how many \
             bytes went through. Kept {connections}. What you do inside the VPN is not recorded here.</p>\n\
             <p>Administrators can read these records. Everybody who can sign in here sees who holds the VPN at \
             the moment.</p>\n"
        ))
    }
}

fn kept(period: Option<chrono::TimeDelta>) -> String {
    period.map_or_else(
        || "without a time limit".to_owned(),
        |period| format!("for {} days", period.num_days()),
    )
}
