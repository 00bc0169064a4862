//! The icons: one outline set on a grid of 24, drawn at 20 px with a stroke of 1.75 px.

use leptos::prelude::*;

/// What there is a picture for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Chats,
    Contacts,
    Settings,
    Search,
    Send,
    Back,
    Down,
    More,
    Close,
    Add,
    Copy,
    Edit,
    Delete,
    Clock,
    Tick,
    Ticks,
    Failed,
    Warning,
    Block,
    Link,
    Picture,
    Pin,
    Bell,
    Muted,
    Lock,
    Shield,
    Person,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Chats => "M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l2-5.8A8.4 8.4 0 1 1 21 11.5Z",
            Self::Contacts => {
                "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM22 21v-2a4 4 0 0 0-3-3.87M16 3.13a4 4 0 0 1 0 7.75"
            }
            Self::Person => "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 6 0 0 1 15 0",
            Self::Settings => {
                "M20 7h-9M14 17H5M17 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM7 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z"
            }
            Self::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20.5 20.5 16 16",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Back => "M19 12H5M11 18l-6-6 6-6",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::More => {
                "M12 6a.7.7 0 1 0 0-1.4.7.7 0 0 0 0 1.4ZM12 12.7a.7.7 0 1 0 0-1.4.7.7 0 0 0 0 1.4ZM12 19.4a.7.7 0 1 0 0-1.4.7.7 0 0 0 0 1.4Z"
            }
            Self::Close => "M18 6 6 18M6 6l12 12",
            Self::Add => "M12 5v14M5 12h14",
            Self::Copy => {
                "M10 8h9a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2ZM4 16a2 2 0 0 1-1-1.7V5a2 2 0 0 1 2-2h9.3A2 2 0 0 1 16 4"
            }
            Self::Edit => "M17 3.5a2.1 2.1 0 0 1 3.5 3L8 19l-5 1.5L4.5 15 17 3.5ZM14.5 6l3.5 3.5",
            Self::Delete => {
                "M4 7h16M9 7V5a1.5 1.5 0 0 1 1.5-1.5h3A1.5 1.5 0 0 1 15 5v2M18.5 7l-.8 12a2 2 0 0 1-2 1.9H8.3a2 2 0 0 1-2-1.9L5.5 7M10 11.5v5M14 11.5v5"
            }
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
            Self::Tick => "M5 12.5l4.5 4.5L19 7.5",
            Self::Ticks => "M2 12.5 6.5 17 16 7.5M12 16l1 1 9.5-9.5",
            Self::Failed => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 8v4.5M12 16v.01",
            Self::Warning => "M12 4 2.8 19.5h18.4L12 4ZM12 10v4M12 17v.01",
            Self::Block => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.7 5.7l12.6 12.6",
            Self::Link => {
                "M10 13.5a4.5 4.5 0 0 0 6.8.5l2.7-2.7a4.5 4.5 0 0 0-6.4-6.4L11.6 6.4M14 10.5a4.5 4.5 0 0 0-6.8-.5l-2.7 2.7a4.5 4.5 0 0 0 6.4 6.4l1.5-1.5"
            }
            Self::Pin => "M9 3.5h6M10 3.5V10l-3 3.5h10L14 10V3.5M12 13.5V21",
            Self::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 21h4",
            Self::Muted => "M18 13.5V11a6 6 0 0 0-9.5-4.9M6 9.5v7L4.5 18H17M10 21h4M4 4l16 16",
            Self::Lock => {
                "M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11ZM8 11V8a4 4 0 0 1 8 0v3"
            }
            Self::Shield => {
                "M12 3.5 5 6v5.5c0 4.3 2.9 7.4 7 9 4.1-1.6 7-4.7 7-9V6l-7-2.5ZM9 12l2.2 2.2L15.2 10"
            }
            Self::Picture => {
                "M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.5-2.5h5L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9A1.5 1.5 0 0 1 18.5 19h-13A1.5 1.5 0 0 1 4 17.5v-9ZM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z"
            }
        }
    }
}

/// An icon: decoration, whose meaning stands beside it in words.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.path() />
        </svg>
    }
}
