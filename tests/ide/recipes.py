# SPDX-License-Identifier: Apache-2.0
"""The recipes of .vscode/, as VS Code would read them: comments left out, variables replaced.

What a test runs are the files themselves, so that none of them can rot.
"""

import json
import re

KNOWN = re.compile(r"\$\{([^}]+)\}")


class RecipeError(Exception):
    """A file is not what VS Code would take."""


def _without_comments(text):
    """JSON with comments, as JSON: strings are left alone."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", text,
                  flags=re.S)


def read(path):
    return json.loads(_without_comments(path.read_text()))


class Folder:
    """A folder that is open in VS Code. settings: what the user changed in settings.json; recipes:
    its .vscode, if that is elsewhere."""

    def __init__(self, folder, settings=None, recipes=None):
        self.folder = folder
        self.recipes = recipes or folder / ".vscode"
        self.settings = read(self.recipes / "settings.json") | (settings or {})

    def launch(self, name):
        """One configuration of launch.json, ready for its debug adapter."""
        return self._named("launch.json", "configurations", "name", name)

    def task(self, label):
        """One task of tasks.json, ready for a shell."""
        return self._named("tasks.json", "tasks", "label", label)

    def _named(self, file, key, name_key, name):
        found = [item for item in read(self.recipes / file)[key]
                 if item[name_key] == name]
        if len(found) != 1:
            raise RecipeError(f"{file} has {len(found)} times '{name}'")
        return self._substituted(found[0])

    def _substituted(self, item):
        if isinstance(item, dict):
            return {key: self._substituted(value) for key, value in item.items()}
        if isinstance(item, list):
            return [self._substituted(value) for value in item]
        return KNOWN.sub(self._variable, item) if isinstance(item, str) else item

    def _variable(self, match):
        kind, _, name = match.group(1).partition(":")
        if kind == "workspaceFolder":
            return str(self.folder)
        if kind == "config" and name in self.settings:
            return str(self.settings[name])
        raise RecipeError(f"nobody knows {match.group()}")
