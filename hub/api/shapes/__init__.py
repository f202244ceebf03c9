"""The forms of the API's answers, one module per noun. They stand in /openapi.json as they are here."""
