// <anlan-map>: the contract stands in README.md beside this file.
import { onTheme, token } from "./tokens.js";

const LARGE = 18; // ranks up to here carry their number at every zoom
const NEAR = 13.2; // from this zoom on all do
const MARKS = new Set(["late", "warn", "calm", "idle", "done", "unit", "out"]); // how an incident's clock stands, and units

class AnlanMap extends HTMLElement {
  async connectedCallback() {
    if (this.box) return;
    this.box = document.createElement("div");
    this.box.className = "mapcanvas";
    this.prepend(this.box);
    try {
      await this.start(await import("./canvas.js"));
    } catch (error) {
      console.warn(error);
      this.box.remove();
      const words = document.createElement("p");
      words.className = "empty";
      words.textContent = this.getAttribute("failed") ?? "";
      this.prepend(words);
    }
  }

  disconnectedCallback() {
    this.stopTheme?.();
    this.map?.remove();
  }

  async start(canvas) {
    this.canvas = canvas;
    const said = this.querySelector('script[type="application/json"]');
    const [places, reports, outline] = await Promise.all([
      said ? JSON.parse(said.textContent) : canvas.fetchJson(this.getAttribute("src")),
      canvas.fetchJson(this.getAttribute("reports")),
      canvas.fetchJson(this.getAttribute("areas")),
    ]);
    this.places = dressed(places, this.one());
    this.reports = reports;
    const all = { features: [...this.places.features, ...reports.features, ...(this.one() ? [this.ring(this.one())] : [])] };
    const near = all.features.filter(({ properties }) => properties?.near);
    const bounds = all.features.length ? canvas.boundsOf(near.length ? { features: near } : all) : undefined;
    const bare = this.one()?.radius_m === 0 && !this.places.features.some(({ properties }) => properties.id);
    this.map = await canvas.makeMap(this.box, { outline, tiles: this.getAttribute("tiles"), bounds, maxZoom: bare ? NEAR : undefined });
    this.layers();
    this.map.on("style.load", () => this.layers());
    this.stopTheme = onTheme(() => this.map.redress());
    this.listen();
    if (this.getAttribute("selected")) this.select(this.getAttribute("selected"), false);
    this.dataset.ready = "1";
  }

  // The map as it is to be printed; a map that nobody sees never comes to rest, so the wait ends.
  rest() {
    return new Promise((done) => (this.map.once("idle", done), setTimeout(done, 3000)));
  }

  // The one place of a page about one place.
  one() {
    if (!this.hasAttribute("lon")) return null;
    return { lon: Number(this.getAttribute("lon")), lat: Number(this.getAttribute("lat")), radius_m: Number(this.getAttribute("radius-m") ?? 0) };
  }

  ring(place) {
    return this.canvas.circle(place.lon, place.lat, Math.max(place.radius_m, 1));
  }

  layers() {
    const { map } = this;
    if (map.getSource("places")) return;
    map.addSource("ring", { type: "geojson", data: { type: "FeatureCollection", features: this.one() ? [this.ring(this.one())] : [] } });
    map.addLayer({ id: "ring-fill", type: "fill", source: "ring", paint: { "fill-color": token("accent"), "fill-opacity": 0.14 } });
    map.addLayer({ id: "ring-line", type: "line", source: "ring", paint: { "line-color": token("accent"), "line-width": 1.5 } });
    map.addSource("reports", { type: "geojson", data: this.reports, cluster: true, clusterRadius: 18, clusterMaxZoom: 17 });
    map.addLayer({ id: "report", type: "circle", source: "reports", filter: ["!", ["has", "point_count"]], paint: { "circle-radius": 4, "circle-color": token("surface"), "circle-stroke-color": token("ink-3"), "circle-stroke-width": 2 } });
    map.addLayer({ id: "report-count", type: "symbol", source: "reports", filter: ["has", "point_count"], layout: { "icon-image": ["concat", "c:", ["to-string", ["get", "point_count"]]], "icon-allow-overlap": true } });
    map.addSource("places", { type: "geojson", data: this.places });
    const far = ["case", ["<=", ["get", "rank"], LARGE], ["get", "mark"], ["get", "dot"]];
    map.addLayer({
      id: "places", type: "symbol", source: "places",
      layout: { "icon-image": ["step", ["zoom"], far, NEAR, ["get", "mark"]], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["-", 0, ["get", "rank"]] },
    });
    map.moveLayer("names"); // readable above the marks, with a halo
  }

  listen() {
    const { map } = this;
    for (const layer of ["places", "report"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
    map.on("click", "places", ({ features }) => {
      const { id } = features.at(-1).properties;
      document.dispatchEvent(new CustomEvent("anlan:select", { detail: { id: String(id), from: this } }));
    });
    map.on("click", "report", ({ features }) => features[0].properties.href && (location.href = features[0].properties.href));
    document.addEventListener("anlan:select", ({ detail }) => this.select(detail.id, detail.from !== this));
  }

  select(id, follow) {
    const found = this.places.features.find((one) => String(one.properties.id) === String(id));
    if (!found) return;
    this.setAttribute("selected", id);
    const [lon, lat] = found.geometry.coordinates;
    this.map.getSource("ring")?.setData(this.canvas.circle(lon, lat, Math.max(found.properties.radius_m ?? 0, 40)));
    if (follow) this.map.easeTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), NEAR), duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250 });
  }
}

function dressed(places, one) {
  const features = (places.features ?? []).map((place) => {
    const { state = "kept", label = "", rank = 999999 } = place.properties;
    const mark = MARKS.has(state) ? `s:${state}:${label}` : `m:${state}:${label}`;
    return { ...place, properties: { ...place.properties, rank, mark, dot: MARKS.has(state) ? mark : `d:${state}` } };
  });
  if (one && !features.length && !one.radius_m) features.push({ type: "Feature", properties: { id: "", rank: 1, mark: "d:kept", dot: "d:kept" }, geometry: { type: "Point", coordinates: [one.lon, one.lat] } });
  return { type: "FeatureCollection", features };
}

customElements.define("anlan-map", AnlanMap);
