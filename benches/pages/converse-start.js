// As its own full-screen page does it; nothing is connected to before somebody logs in.
import "/npm/converse.js/dist/converse.min.js";

window.converse.initialize({
  assets_path: "/npm/converse.js/dist/",
  authentication: "login",
  auto_login: false,
  view_mode: "fullscreen",
  websocket_url: `ws://${location.hostname}:9/ws`,
  discover_connection_methods: false,
  i18n: "en",
  loglevel: "error",
});
