//! The page's side of the core: sockets, storage, timers. No screens.
