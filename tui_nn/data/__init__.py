"""Where samples come from: generators, shipped tables, splitting and coding. numpy only."""
