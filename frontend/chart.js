// <anlan-chart>: bars over time, and two years beside each other. A table inside is the fallback.
import { onPaper } from "./paper.js";
import { onTheme } from "./tokens.js";

class AnlanChart extends HTMLElement {
  async connectedCallback() {
    if (this.box) return;
    this.box = document.createElement("div");
    this.box.className = `chartcanvas ${this.getAttribute("kind")}`;
    this.box.setAttribute("aria-hidden", "true");
    this.prepend(this.box);
    try {
      await this.start();
    } catch (error) {
      console.warn(error); // the table inside stays and says the same
      this.box.remove();
    }
  }

  async start() {
    const [{ drawing }, data] = await Promise.all([import("./drawing.js"), this.read()]);
    this.plot = drawing(this.box, this.getAttribute("kind"), data);
    this.classList.add("drawn");
    this.stopTheme = onTheme(() => this.plot.redraw());
    this.watch = new ResizeObserver(() => this.plot.resize());
    this.watch.observe(this.box);
    this.stopPaper = onPaper((width) => this.plot.resize({ width: width ? Math.min(width, this.box.clientWidth) : "auto" }));
  }

  disconnectedCallback() {
    this.stopTheme?.();
    this.stopPaper?.();
    this.watch?.disconnect();
    this.plot?.dispose();
  }

  async read() {
    const inside = this.querySelector('script[type="application/json"]');
    const rain = this.querySelector("#rain");
    if (inside) return { ...JSON.parse(inside.textContent), rain: rain && JSON.parse(rain.textContent) };
    const answer = await fetch(this.getAttribute("src"), { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${this.getAttribute("src")}: ${answer.status}`);
    return answer.json();
  }
}

customElements.define("anlan-chart", AnlanChart);
