//! Seals the page that Trunk has built: what starts the app becomes a file, and `index.html` names the hash of every
//! file it runs. Trunk calls this after each build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use crate::ROOT;

/// What Trunk is told to write where the app is to be started; see `Trunk.toml`.
const BEFORE: [&str; 3] = ["<script type=\"module\" src=\"", "\" data-wasm=\"", "\"></script>"];

/// What `page/start.js` calls: wasm-bindgen's default export, by the name it has inside.
const INIT: &str = "async function __wbg_init(";

/// What makes code or markup of text. `innerHTML` is not among them: Leptos keeps it at hand, to empty elements with;
/// hence [`markup`].
const SINKS: [&str; 5] =
    ["outerHTML", "insertAdjacentHTML", "createContextualFragment", "new Function(", "eval("];

/// In the script with which `trunk serve` reloads pages, and nowhere else.
const RELOADS: &str = "{{__TRUNK_ADDRESS__}}";

/// What that script needs beyond the policy of a release: it stands in the page, and sets `innerHTML`.
const LOOSER: [(&str, &str); 2] = [
    ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
    ("; require-trusted-types-for 'script'", ""),
];

/// Seals the build that Trunk is about to finish.
pub(crate) fn seal() -> Result<()> {
    let dist = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let dist = dist.context("Trunk calls this, and says in TRUNK_STAGING_DIR where its build is")?;
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    seal_in(&dist, release)
}

/// A build for development has markup that is never used, in code that only a release is rid of.
fn seal_in(dist: &Path, release: bool) -> Result<()> {
    let page = dist.join("index.html");
    let html = read(&page)?;
    let [js, wasm] = start_of(&html).context("index.html does not start the app as Trunk.toml says")?;
    let (glue_name, wasm_name) = (file_name(js), file_name(wasm));
    let glue = read(&dist.join(glue_name))?;
    if !glue.contains(INIT) {
        bail!("{glue_name} has no {INIT:?}: wasm-bindgen has changed, and page/start.js must follow");
    }
    if let Some(sink) = SINKS.into_iter().find(|sink| glue.contains(sink)) {
        bail!("{glue_name} has {sink:?}, which the policy forbids");
    }
    let wasm_bytes = fs::read(dist.join(wasm_name)).with_context(|| format!("cannot read {wasm_name}"))?;
    if let Some(markup) = markup(&wasm_bytes).filter(|_| release) {
        bail!(
            "the app has markup in it, which the policy forbids to use: <{markup}\nLeptos makes that of an element \
             with nothing but literal text and attributes, inside of another one: put a constant into it, or give \
             it a `view!` of its own"
        );
    }
    let start = glue + &read(&ROOT.join("page/start.js"))?;
    let name = format!("start-{}.js", short_name(start.as_bytes()));
    fs::write(dist.join(&name), &start)?;
    fs::remove_file(dist.join(glue_name))?;
    let tag = format!(
        "<script type=\"module\" src=\"{}{name}\" integrity=\"{}\" data-wasm=\"{wasm}\" data-integrity=\"{}\"></script>",
        js.strip_suffix(glue_name).unwrap_or_default(),
        integrity(start.as_bytes()),
        integrity(&wasm_bytes),
    );
    let html = html.replacen(&[BEFORE[0], js, BEFORE[1], wasm, BEFORE[2]].concat(), &tag, 1);
    fs::write(&page, with_policy(html)?).with_context(|| format!("cannot write {}", page.display()))
}

/// The policy stays as strict as it is written, except where Trunk's own script reloads the page.
fn with_policy(mut html: String) -> Result<String> {
    let inline: Vec<_> = inline_scripts(&html).collect();
    if inline.iter().any(|script| !script.contains(RELOADS)) {
        bail!("index.html has an inline script, which its policy forbids");
    }
    if !inline.is_empty() {
        for (strict, loose) in LOOSER {
            if !html.contains(strict) {
                bail!("the policy in index.html says nowhere {strict:?}");
            }
            html = html.replacen(strict, loose, 1);
        }
    }
    Ok(html)
}

/// The addresses of the script and the wasm that start the app.
fn start_of(html: &str) -> Option<[&str; 2]> {
    html.split(BEFORE[0]).skip(1).find_map(|rest| {
        let (addresses, _) = rest.split_once(BEFORE[2])?;
        let (js, wasm) = addresses.split_once(BEFORE[1])?;
        Some([js, wasm])
    })
}

/// What stands between the tags of the scripts without an address of their own.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=")).then_some(text)
    })
}

/// The first tag among the bytes: one that closes an element, or one with an attribute.
fn markup(bytes: &[u8]) -> Option<String> {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    bytes.split(|byte| *byte == b'<').skip(1).find_map(|rest| {
        let text = String::from_utf8_lossy(&rest[..rest.len().min(80)]);
        let closing = text.strip_prefix('/').and_then(|text| text.split_once('>'));
        let opening = text.split_once("=\"").and_then(|(tag, _)| tag.split_once(' '));
        let found = closing.is_some_and(|(name, _)| word(name))
            || opening.is_some_and(|(name, attribute)| word(name) && word(attribute));
        found.then(|| text.into_owned())
    })
}

fn file_name(address: &str) -> &str {
    address.rsplit_once('/').map_or(address, |(_, name)| name)
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// Enough of the hash to tell one build from another, in letters that any file system takes.
fn short_name(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        "<meta content=\"script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'\">";
    const START: &str = "<script type=\"module\" src=\"./app-1.js\" data-wasm=\"./app-1_bg.wasm\"></script>";

    /// A build as Trunk leaves it, sealed: what became of the page, and what starts it.
    fn sealed(extra: &str) -> Result<(String, String)> {
        sealed_with(extra, "", b"\0asm", true)
    }

    fn sealed_with(extra: &str, glue: &str, wasm: &[u8], release: bool) -> Result<(String, String)> {
        let dist = tempfile::tempdir()?;
        let dist = dist.path();
        fs::write(
            dist.join("index.html"),
            format!("{POLICY}<script src=\"boot.js\"></script>{START}{extra}"),
        )?;
        fs::write(dist.join("app-1.js"), format!("{INIT}options) {{}}\n{glue}"))?;
        fs::write(dist.join("app-1_bg.wasm"), wasm)?;
        seal_in(dist, release)?;
        let html = read(&dist.join("index.html"))?;
        let name = html.split_once("src=\"./start-").map_or("", |(_, rest)| &rest[..16]);
        assert!(!dist.join("app-1.js").exists(), "the page asks for one file, not two");
        let start = read(&dist.join(format!("start-{name}.js")))?;
        Ok((html, start))
    }

    #[test]
    fn the_page_names_the_hash_of_what_it_runs() -> Result<()> {
        let (html, start) = sealed("")?;
        assert!(start.starts_with(INIT) && start.ends_with(&read(&ROOT.join("page/start.js"))?));
        assert!(html.contains(&format!(
            "integrity=\"{}\" data-wasm=\"./app-1_bg.wasm\"",
            integrity(start.as_bytes())
        )));
        // printf '\0asm' | openssl dgst -sha256 -binary | base64
        assert!(
            html.contains("data-integrity=\"sha256-zV1JNaSMBnLLBkB7tEO8AIev+UfGuGS6yIaYLHOzAn8=\""),
            "{html}"
        );
        assert!(html.contains(POLICY), "a release is as strict as it is written");
        Ok(())
    }

    #[test]
    fn only_trunks_own_reloading_loosens_the_policy() -> Result<()> {
        let reload = format!("<script>const address = '{RELOADS}';</script>");
        let (html, _) = sealed(&reload)?;
        assert!(
            html.contains("script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'") && html.contains(&reload)
        );
        assert!(!html.contains("require-trusted-types-for"));
        for wrong in ["<script>alert(1)</script>", "<script type=\"module\">import './a.js'</script>"] {
            assert!(sealed(wrong).is_err_and(|error| error.to_string().contains("inline script")), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn text_that_becomes_markup_or_code_is_refused() {
        let refused = |glue: &str, wasm: &[u8]| {
            sealed_with("", glue, wasm, true).is_err_and(|error| error.to_string().contains("forbids"))
        };
        assert!(refused("const ret = new Function(getStringFromWasm0(arg0, arg1));", b""));
        for markup in ["<div class=\"rail\"></div>", "\0<b>so</b>", "<input type=\"text\">"] {
            assert!(refused("", markup.as_bytes()), "{markup}");
            assert!(sealed_with("", "", markup.as_bytes(), false).is_ok(), "while developing: {markup}");
        }
        for harmless in ["a < b and c > d", "</", "</>", "<T as Trait>::name", "</\u{1}>"] {
            assert!(!refused("", harmless.as_bytes()), "{harmless}");
        }
    }

    #[test]
    fn a_page_that_starts_otherwise_is_refused() {
        assert_eq!(start_of(START), Some(["./app-1.js", "./app-1_bg.wasm"]));
        for other in [
            "",
            "<script type=\"module\" src=\"a.js\"></script>",
            "<script src=\"a.js\" data-wasm=\"b\"></script>",
        ] {
            assert_eq!(start_of(other), None, "{other}");
        }
    }
}
