"""Print the list of materials (CycloneDX 1.6): `python -m tests.supply.sbom > kuffert.cdx.json`.

The same lock files give the same bytes: no moment, no serial number and no address is in it.
"""

import json
import sys
from typing import Any

from bot import VERSION
from tests.supply.licences import list_rows
from tests.supply.locks import Locked


def make_sbom() -> dict[str, Any]:
    """List Kuffert and every locked package, with licence and the hashes of its files."""
    rows = list_rows()
    kuffert = name_component("kuffert", VERSION, "EUPL-1.2") | {"type": "application"}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": kuffert},
        "components": [make_component(each, licence, use) for each, licence, use in rows],
        "dependencies": [
            {"ref": kuffert["bom-ref"], "dependsOn": sorted({refer(each) for each, *_ in rows})}
        ],
    }


def name_component(name: str, version: str, licence: str) -> dict[str, Any]:
    """Describe a package."""
    reference = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "licenses": [{"expression": licence}],
        "purl": reference,
    }


def refer(locked: Locked) -> str:
    """Give the name by which a locked package is referred to."""
    return f"pkg:pypi/{locked.name}@{locked.version}"


def make_component(locked: Locked, licence: str, use: str) -> dict[str, Any]:
    """Describe a locked package; its hashes are those of its files, one for each system."""
    files = [{"name": "kuffert:sha256", "value": each} for each in sorted(locked.hashes)]
    marker = [{"name": "kuffert:marker", "value": locked.marker}] if locked.marker else []
    purpose = {"name": "kuffert:for", "value": use}
    return name_component(locked.name, locked.version, licence) | {
        "scope": "required" if use == "bot" else "optional",
        "properties": [purpose, *marker, *files],
    }


if __name__ == "__main__":
    json.dump(make_sbom(), sys.stdout, indent=1)
    sys.stdout.write("\n")
