"""The pages, one router per noun. What they show is made by `hub.wall`."""
