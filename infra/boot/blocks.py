"""The command blocks of a page, as a JSON array of objects: `text`, and `looks`, whether the block is in a section in which
an operator only looks at the system, and so may repeat it.

usage: blocks.py PAGE
"""

import json
import re
import sys

blocks = []
for section in re.split(r"^(?=## )", open(sys.argv[1]).read(), flags=re.M):
    looks = section.startswith(("## Diagnosis", "## Verification"))
    for block in re.finditer(r"^```bash(?: aws)?\n(.*?)^```$", section, flags=re.S | re.M):
        blocks.append({"text": block.group(1), "looks": looks})
print(json.dumps(blocks))
