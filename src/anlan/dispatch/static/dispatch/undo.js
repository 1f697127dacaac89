// The seconds for which an act can still be taken back, from the page's arrival on: no clock of any machine is asked.
// The place at the foot stays; only what it offers goes.
const arrived = performance.now();

function counted() {
  for (const form of document.querySelectorAll("[data-left-s]")) {
    const left = Math.floor(Number(form.dataset.leftS) - (performance.now() - arrived) / 1000);
    if (left <= 0) form.remove();
    else form.querySelector(".num").textContent = `0:${String(left).padStart(2, "0")}`;
  }
}

setInterval(counted, 1000);
