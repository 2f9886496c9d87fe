"""Who may include whom. The direction of dependencies is data here and prose in docs/architecture.md."""

from tree import Tree, folder_of, part_of

# folder → folders it may include, beside itself. `app` may include all.
ALLOWED = {
    "model": set(),
    "yaml": {"model"},
    "async": {"model"},
    "protocol": {"model"},
    "profile": {"model", "protocol", "yaml"},
    "link": {"model", "async"},
    "channel": {"model", "async", "link", "protocol"},
    "store": {"model", "async"},
    "sink": {"model", "async", "store"},
    "poll": {"model", "async", "protocol", "profile", "channel", "sink"},
    "virtuals": {"model", "async", "store", "sink"},
    "service": {"model", "async"},
    "simulate": {"model", "async", "protocol"},
    "client": {"model", "async", "protocol", "profile", "link", "channel"},
}
# (from folder, to folder) → the only files of `to` that may be named.
NARROW = {
    ("virtuals", "sink"): {"src/sink/sink.hpp"},
    ("poll", "sink"): {"src/sink/sink.hpp"},
    ("profile", "protocol"): {"include/busbar/protocol/codec.hpp", "include/busbar/protocol/frame_reader.hpp"},
    ("channel", "protocol"): {"include/busbar/protocol/codec.hpp", "include/busbar/protocol/frame_reader.hpp"},
    ("poll", "protocol"): {"include/busbar/protocol/codec.hpp", "include/busbar/protocol/frame_reader.hpp"},
}
# A heavy library → the folders that may not see it at all.
FENCED = {
    "boost/asio": {"model", "yaml", "protocol", "profile"},
    "boost/beast": {"model", "yaml", "protocol", "profile", "link", "channel", "poll"},
    "spdlog/": {"model", "yaml", "protocol", "profile"},
    "nlohmann/": {"model", "yaml", "protocol", "link", "channel", "poll"},
}
# A library that throws or blocks → how many files may include it.
AT_MOST_ONE = ("yaml-cpp/", "mqtt/async_client.h", "muParser", "sqlite3.h")


def check(tree: Tree):
    yield from _layers(tree)
    yield from _libraries(tree)
    yield from _cycles(tree)


def _layers(tree: Tree):
    for source in tree.product:
        folder = folder_of(source.path)
        for line, name, quoted in source.includes:
            where = f"{source.path}:{line}"
            target = tree.resolve(source, name)
            if source.path.startswith("include/") and quoted:
                yield f'{where}: a public header includes "{name}"; it may name <busbar/…> and libraries only'
                continue
            if target is None or folder in (None, "app"):
                continue
            other = folder_of(target)
            if other == folder:
                mine, theirs = part_of(source.path), part_of(target)
                if mine and theirs and mine != theirs:
                    yield f"{where}: {mine} includes {target}; members of one family do not know each other"
            elif folder not in ALLOWED:
                yield f"{where}: folder src/{folder} is not in the table of tests/structure/rules_includes.py"
            elif other not in ALLOWED[folder]:
                allowed = ", ".join(sorted(ALLOWED[folder])) or "nothing"
                yield f"{where}: {folder} includes {target}; {folder} may depend on: {allowed}"
            elif target not in NARROW.get((folder, other), {target}):
                yield f"{where}: {folder} includes {target}; of {other} it may name: " + ", ".join(
                    sorted(NARROW[folder, other])
                )


def _libraries(tree: Tree):
    users: dict[str, set[str]] = {library: set() for library in AT_MOST_ONE}
    for source in tree.product:
        folder = folder_of(source.path)
        for line, name, _ in source.includes:
            for prefix, folders in FENCED.items():
                if name.startswith(prefix) and folder in folders:
                    yield f"{source.path}:{line}: {folder} includes <{name}>, which it must not see"
            for library in AT_MOST_ONE:
                if name.startswith(library):
                    users[library].add(source.path)
    for library, files in users.items():
        if len(files) > 1:
            yield f"<{library}> belongs in one file, but is included in {', '.join(sorted(files))}"


def _cycles(tree: Tree):
    """Depth-first search over files; each cycle is reported once, at its closing edge."""
    graph = {
        source.path: [target for _, name, _ in source.includes if (target := tree.resolve(source, name))]
        for source in tree.sources.values()
    }
    done: set[str] = set()
    for start in graph:
        stack, trail, on_trail = [(start, iter(graph[start]))], [start], {start}
        if start in done:
            continue
        while stack:
            node, rest = stack[-1]
            for target in rest:
                if target in on_trail:
                    yield "include cycle: " + " → ".join(trail[trail.index(target) :] + [target])
                elif target not in done:
                    stack.append((target, iter(graph[target])))
                    trail.append(target)
                    on_trail.add(target)
                    break
            else:
                stack.pop()
                trail.pop()
                on_trail.discard(node)
                done.add(node)
