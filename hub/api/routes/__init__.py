"""The paths of the API, one router per noun."""
