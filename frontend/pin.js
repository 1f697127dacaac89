// <anlan-pin>: a point on the map for those who want one. The map is fetched only when it is opened.
class AnlanPin extends HTMLElement {
  connectedCallback() {
    if (this.row) return;
    this.row = document.createElement("div");
    this.row.className = "row";
    this.append(this.row);
    this.button("open", () => this.open());
    if (this.value("lon")) this.open();
  }

  button(name, press) {
    const words = this.getAttribute(name);
    if (!words) return;
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.dataset.pin = name;
    made.textContent = words;
    made.addEventListener("click", press);
    this.row.append(made);
  }

  input(name) {
    return this.querySelector(`input[name="${name}"]`);
  }

  value(name) {
    return this.input(name)?.value ?? "";
  }

  async open() {
    if (this.box) return;
    this.box = document.createElement("div");
    this.box.className = "mapcanvas pinmap";
    this.row.before(this.box);
    this.row.replaceChildren();
    try {
      const canvas = await import("./canvas.js");
      const bounds = this.getAttribute("bounds")?.split(",").map(Number);
      this.canvas = canvas;
      this.map = await canvas.makeMap(this.box, { areas: this.getAttribute("areas"), tiles: this.getAttribute("tiles"), bounds, padding: 8 });
    } catch (error) {
      console.warn(error);
      this.box.className = "hint";
      this.box.textContent = this.getAttribute("failed") ?? "";
      return;
    }
    this.map.on("click", ({ lngLat }) => this.put(lngLat, this.grain()));
    this.button("middle", () => this.put(this.map.getCenter(), this.grain()));
    if (navigator.geolocation) this.button("here", () => this.here());
    this.button("clear", () => this.clear());
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = this.getAttribute("hint") ?? "";
    this.row.after(hint);
    if (this.value("lon")) {
      const at = { lng: Number(this.value("lon")), lat: Number(this.value("lat")) };
      this.put(at, Number(this.value("precision_m")) || 30, false);
      this.map.jumpTo({ center: at, zoom: 15 });
    }
    this.dataset.ready = "1";
  }

  // How far off a finger may be: twelve pixels in metres.
  grain() {
    const metres = (40075016.7 * Math.cos((this.map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** this.map.getZoom());
    return Math.max(5, Math.round(12 * metres));
  }

  here() {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const at = { lng: coords.longitude, lat: coords.latitude };
        this.map.jumpTo({ center: at, zoom: 16 });
        this.put(at, Math.max(5, Math.round(coords.accuracy)));
      },
      () => {},
      { enableHighAccuracy: true, timeout: 10000 },
    );
  }

  put(at, precision, tell = true) {
    if (!this.marker) {
      this.marker = new this.canvas.Marker({ draggable: true, element: pinElement() , anchor: "bottom" }).setLngLat(at).addTo(this.map);
      this.marker.on("dragend", () => this.put(this.marker.getLngLat(), this.grain()));
    }
    this.marker.setLngLat(at);
    this.input("lon").value = at.lng.toFixed(6);
    this.input("lat").value = at.lat.toFixed(6);
    if (this.input("precision_m")) this.input("precision_m").value = precision;
    if (tell) this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() {
    this.marker?.remove();
    this.marker = null;
    for (const name of ["lon", "lat", "precision_m"]) if (this.input(name)) this.input(name).value = "";
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function pinElement() {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 36");
  svg.setAttribute("class", "pinmark");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M14 35C9 24 3 20 3 12a11 11 0 0 1 22 0c0 8-6 12-11 23z");
  const hole = document.createElementNS(SVG, "circle");
  for (const [name, value] of [["cx", 14], ["cy", 12], ["r", 4]]) hole.setAttribute(name, value);
  svg.append(path, hole);
  return svg;
}

customElements.define("anlan-pin", AnlanPin);
