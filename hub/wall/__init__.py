"""Pages of the hub: words, drawings, templates, static files. Values in, text out; knows neither HTTP nor SQL."""
