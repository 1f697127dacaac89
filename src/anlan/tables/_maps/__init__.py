"""Maps as GIS programs keep them: Shapefile, GeoPackage, KML, GPX, TopoJSON; read by GDAL, which is an extra.

GDAL tells by the content which driver reads a file, and some drivers open other files or addresses that it names. So
GDAL runs in a process of its own that has the one driver of the kind and no more, nothing of the server's environment,
and limits of memory and time; what it read comes back as lines of JSON.
"""
