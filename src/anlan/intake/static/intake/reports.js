// The chosen report is in sight in its list; the keys are the shell's own.
document.querySelector("[data-rows] [aria-current]")?.scrollIntoView({ block: "nearest" });
