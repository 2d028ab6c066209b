"""The English sentences that code makes for a reader, written as the pages' words know them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

WORDS = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(r"[^a-z_]")


def list_sentences(path: Path, *, raised_only: bool = False) -> dict[str, int]:
    """List the sentences of a module with their lines: all, or only those of what it raises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = dict(constants_of(tree))
    roots: list[ast.AST] = [tree]
    if raised_only:
        roots = [each.exc for each in ast.walk(tree) if isinstance(each, ast.Raise) and each.exc]
    found: dict[str, int] = {}
    for root in roots:
        for line, text in texts_in(root, constants):
            if " " in text.strip() and WORDS.search(text):
                found.setdefault(text, line)
    return found


def constants_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the texts that a module has names for."""
    for each in tree.body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
            for target in each.targets:
                if isinstance(target, ast.Name) and isinstance(each.value.value, str):
                    yield target.id, each.value.value


def texts_in(node: ast.AST, constants: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Give each text below a node, and below what is filled into it; not what only documents."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.lineno, node.value
        return
    if isinstance(node, ast.JoinedStr):
        yield node.lineno, write(node, constants)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from texts_in(part.value, constants)
        return
    for child in ast.iter_child_nodes(node):
        yield from texts_in(child, constants)


def write(node: ast.JoinedStr, constants: Mapping[str, str]) -> str:
    """Write a text with names in its braces: `{name}` and, for the same name again, `{name2}`.

    What is a constant of the module stands there itself.
    """
    written, used = "", Counter[str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            if isinstance(part.value, ast.Name) and part.value.id in constants:
                written += constants[part.value.id]
                continue
            name = name_of(part.value)
            used[name] += 1
            written += f"{{{name}{used[name] if used[name] > 1 else ''}}}"
        elif isinstance(part, ast.Constant):
            written += str(part.value)
    return written


def name_of(node: ast.AST) -> str:
    """Name what is filled in: by the variable or the attribute, else by the first one within."""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Call):
        given = [each for each in node.args if not isinstance(each, ast.Constant)]
        return name_of(given[0] if given else node.func)
    elif isinstance(node, ast.IfExp):
        return name_of(node.test)
    elif isinstance(node, ast.GeneratorExp):
        return name_of(node.generators[0].iter)
    else:
        within = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        return name_of(within[0]) if within else "it"
    return NAMES.sub("", name.lower()) or "it"
