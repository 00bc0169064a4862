// A timer that a hidden tab does not slow down; src/browser/timer.rs asks for milliseconds, one deadline at a time.
let timer;
onmessage = ({ data }) => {
  clearTimeout(timer);
  timer = setTimeout(() => postMessage("due"), data);
};
postMessage("ready");
