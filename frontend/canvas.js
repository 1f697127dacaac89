// MapLibre, dressed in the tokens, with the city's areas as its ground. Loaded only when a map is wanted.
import * as maplibregl from "maplibre-gl";
import { draw, ratio } from "./marks.js";
import { token } from "./tokens.js";

maplibregl.setWorkerUrl(new URL("./map-worker.js", import.meta.url).href);

export const Marker = maplibregl.Marker;
export const Bounds = maplibregl.LngLatBounds;

// The operator's base map, where there is one: the server fetches it.
const page = () => document.querySelector('meta[name="map-words"]')?.dataset ?? {};

// The map's own words, from the page, so that one catalogue holds them all.
function words() {
  const said = page();
  const pairs = { "Map.Title": said.map, "Marker.Title": said.mark, "NavigationControl.ZoomIn": said.zoomIn, "NavigationControl.ZoomOut": said.zoomOut };
  return Object.fromEntries(Object.entries(pairs).filter(([, word]) => word));
}

function styleSheet() {
  const href = new URL("./maplibre-gl.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}

const NOTHING = { type: "FeatureCollection", features: [] };

export async function fetchJson(address) {
  if (!address) return NOTHING;
  const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

export function boundsOf(collection) {
  const bounds = new Bounds();
  const walk = (part) => (typeof part[0] === "number" ? bounds.extend(part) : part.forEach(walk));
  for (const feature of collection.features ?? []) if (feature.geometry) walk(feature.geometry.coordinates);
  return bounds;
}

// One point a name, in the page's language, at the middle of the area's largest ring.
function names(areas) {
  const chinese = document.documentElement.lang.startsWith("zh");
  const features = [];
  for (const area of areas.features ?? []) {
    const { type, coordinates } = area.geometry ?? {};
    const rings = type === "Polygon" ? [coordinates[0]] : type === "MultiPolygon" ? coordinates.map((one) => one[0]) : [];
    const ring = rings.sort((a, b) => b.length - a.length)[0];
    if (!ring) continue;
    const at = area.properties.label_at ?? ring.reduce((sum, [x, y]) => [sum[0] + x / ring.length, sum[1] + y / ring.length], [0, 0]);
    features.push({ type: "Feature", properties: { icon: `a:${(!chinese && area.properties.name_en) || area.properties.name}` }, geometry: { type: "Point", coordinates: at } });
  }
  return { type: "FeatureCollection", features };
}

function ground(areas, tiles) {
  const sources = { areas: { type: "geojson", data: areas }, names: { type: "geojson", data: names(areas) } };
  const layers = [{ id: "paper", type: "background", paint: { "background-color": token("canvas") } }];
  layers.push({ id: "land", type: "fill", source: "areas", paint: { "fill-color": token("map-land") } });
  if (tiles) {
    sources.tiles = { type: "raster", tiles: [new URL(tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], tileSize: 256 };
    layers.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.8 } });
  }
  layers.push({ id: "border", type: "line", source: "areas", paint: { "line-color": token("map-border"), "line-width": 1 } });
  layers.push({ id: "names", type: "symbol", source: "names", layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": false } });
  return { version: 8, sources, layers };
}

export async function makeMap(box, { areas, outline: given, tiles: asked, bounds, padding = 48, maxZoom }) {
  styleSheet();
  const tiles = asked ?? page().tiles;
  const outline = given ?? (await fetchJson(areas));
  const map = new maplibregl.Map({
    container: box,
    style: ground(outline, tiles),
    locale: words(),
    bounds: bounds ?? boundsOf(outline),
    fitBoundsOptions: { padding, maxZoom: (!tiles && maxZoom) || 16 }, // without streets a closer look is an empty one
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    maxZoom: 19,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  if (tiles && page().attribution) map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: page().attribution }));
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 96 }), "bottom-right");
  map.setMissingStyleImageResolver((id) => {
    if (!map.hasImage(id)) map.addImage(id, draw(id), { pixelRatio: ratio });
  });
  map.redress = () => map.setStyle(ground(outline, tiles), { diff: false });
  await new Promise((done) => map.once("style.load", done));
  return map;
}

// A circle in metres as a polygon.
export function circle(lon, lat, radiusM) {
  const ring = [];
  for (let step = 0; step <= 64; step++) {
    const angle = (2 * Math.PI * step) / 64;
    ring.push([
      lon + ((radiusM * Math.cos(angle)) / (111320 * Math.cos((lat * Math.PI) / 180))),
      lat + (radiusM * Math.sin(angle)) / 110574,
    ]);
  }
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}
