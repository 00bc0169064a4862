//! What a robot is told to do: one JSON object a line, such as `{"order": "accept", "from": "…"}`.

use serde::Deserialize;

/// What a robot is told to do. Ids are hexadecimal digits.
#[derive(Debug, Deserialize)]
#[serde(tag = "order", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Order {
    /// Become somebody; the first order, given once. Answered by `began`, as soon as the broker is reached.
    Begin(Begin),
    /// Ask for contact: a phone number, an e-mail address, a Kith ID or an invite link.
    Ask { address: String },
    /// Say yes to a request.
    Accept { from: String },
    /// Make an invite link for one person. Answered by `invite`.
    Invite,
    /// Look at the conversation with somebody: what stands there is told as `message`, and what comes is read.
    Open { with: String },
    /// Look at the conversation with somebody and write there. Answered by `sent` when the broker has acknowledged the
    /// last text (and so all of them: it acknowledges in order), by `delivered`, and by `read`.
    Send { to: String, texts: Vec<String> },
    /// Say goodbye to the broker and stay away. Answered by `left`.
    Leave,
    /// Come back. Answered by `connected`.
    Return,
    /// Fall over in the middle of whatever goes on and start anew from what is stored. Answered by `began`.
    Restart,
}

/// Who a robot is, and where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    pub(crate) name: String,
    /// A phone number or an e-mail address; none: the robot is called by its key.
    #[serde(default)]
    pub(crate) handle: String,
    /// `ws://…`
    pub(crate) broker: String,
    #[serde(default = "root")]
    pub(crate) root: String,
    /// The country that phone numbers without `+` belong to.
    #[serde(default)]
    pub(crate) region: String,
}

fn root() -> String {
    "kith".into()
}
