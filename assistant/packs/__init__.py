"""Knowledge packs: what an organisation knows, in Markdown or YAML, beside Lodestar's own.

`folder` takes the files in, `page` reads Markdown, `reading` turns a pack into entries,
`building` makes them searchable, `shelf` keeps the packs of this machine,
`postgres` and `shared` those of a server.
"""
