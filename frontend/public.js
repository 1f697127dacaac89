import "./citytime.js";
import "./pin.js";
