"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const remembered = (value) => {
    // A page that was opened from a file may have no storage.
    try {
      if (value) localStorage.setItem("grade-theme", value);
      return localStorage.getItem("grade-theme");
    } catch {
      return null;
    }
  };
  const theme = remembered();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remembered(root.dataset.theme);
  });
})();
