# SPDX-License-Identifier: Apache-2.0
"""What ci/real shows of its records: a console line, the matrix as Markdown. Pure functions."""
import collections
import fnmatch

LETTERS = {"pass": "+", "warn": "W", "fail": "F", "not_applicable": "-", "inconclusive": "?",
           "harness_error": "!"}
WORST_FIRST = ("harness_error", "fail", "warn", "inconclusive", "pass", "not_applicable")


def by_scenario(record):
    """{scenario: its worst verdict over revisions, modes and repeats}"""
    rows = {}
    for row in record["scenarios"]:
        before = rows.get(row["id"], "not_applicable")
        rows[row["id"]] = min(before, row["verdict"], key=WORST_FIRST.index)
    return rows


def verdicts(records):
    """{manifest: {scenario, revision and mode: its worst verdict over repeats}}"""
    found = {}
    for manifest, record in records.items():
        rows = found.setdefault(manifest, {})
        for row in record["scenarios"]:
            name = f"{row['id']} {row['revision']} {row['mode']}"
            rows[name] = min(rows.get(name, row["verdict"]), row["verdict"],
                             key=WORST_FIRST.index)
    return found


def changes(runs, unstable):
    """What was not the same in all of these verdicts, as lines of (what changed, what is known to
    hang on the implementation's own luck, what was not seen each time); how many were compared.
    `unstable`: {manifest: [(scenario, revision)]}, globs."""
    changed, luck, unseen, compared = [], [], [], 0
    for manifest in sorted(set.intersection(*(set(run) for run in runs))):
        for row in sorted(set.intersection(*(set(run[manifest]) for run in runs))):
            compared += 1
            rates = collections.Counter(run[manifest][row] for run in runs)
            if len(rates) == 1:
                continue
            words = f"{manifest} {row}: " + ", ".join(
                f"{verdict} in {count} of {len(runs)}" for verdict, count in rates.most_common())
            scenario, revision = row.split()[:2]
            if any(fnmatch.fnmatch(scenario, an_id) and fnmatch.fnmatch(revision, a_revision)
                   for an_id, a_revision in unstable.get(manifest, [])):
                luck.append(words)
            elif len(set(rates) - {"inconclusive"}) == 1:
                unseen.append(words)
            else:
                changed.append(words)
    return changed, luck, unseen, compared


def line(manifest, record):
    """One implementation: a letter for each scenario, grouped by area."""
    areas = collections.defaultdict(str)
    for scenario, verdict in sorted(by_scenario(record).items()):
        areas[scenario.split(".")[0]] += LETTERS[verdict]
    letters = "  ".join(f"{area} {letters}" for area, letters in areas.items())
    cost = f"{record.get('seconds', 0):6.1f} s {record.get('mib', 0):5d} MiB"
    return f"{manifest.removesuffix('.json'):<40} {cost}  {letters or record.get('broken', '')}"


def markdown(records):
    words = ["# Implementations and scenarios", "",
             "Each cell is the worst verdict over revisions: " + ", ".join(
                 f"`{letter}` {verdict}" for verdict, letter in LETTERS.items()) + ".", ""]
    for role in ("server", "client"):
        mine = {m: by_scenario(r) for m, r in sorted(records.items()) if f"/{role}-" in m}
        areas = sorted({s.split(".")[0] for rows in mine.values() for s in rows})
        for area in areas:
            words += table(f"## {area}, {role}s", area, mine)
    words += ["## Cost", "", "| implementation | seconds | peak MiB of one process |",
              "| --- | ---: | ---: |"]
    words += [f"| {m.removesuffix('.json')} | {r.get('seconds', '')} | {r.get('mib', '')} |"
              for m, r in sorted(records.items())]
    return "\n".join(words) + "\n"


def table(title, area, rows):
    scenarios = sorted({s for verdicts in rows.values() for s in verdicts
                        if s.startswith(area + ".")})
    words = [title, ""]
    words += [f"{place}. {s.split('.')[1]}" for place, s in enumerate(scenarios, 1)]
    words += ["", "| | " + " | ".join(str(n) for n in range(1, len(scenarios) + 1)) + " |",
              "| --- |" + " :-: |" * len(scenarios)]
    for manifest, verdicts in rows.items():
        cells = [LETTERS[verdicts[s]] if s in verdicts else " " for s in scenarios]
        if any(c != " " for c in cells):
            words.append(f"| {manifest.removesuffix('.json')} | " + " | ".join(cells) + " |")
    return words + [""]
