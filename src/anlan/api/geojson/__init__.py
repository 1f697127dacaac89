"""Sites, problems and incidents as GeoJSON for GIS desktops: parse, query, serialize."""
