"""The command blocks of a page, as a JSON array of texts.

usage: blocks.py PAGE
"""

import json
import re
import sys

text = open(sys.argv[1]).read()
print(json.dumps([m.group(1) for m in re.finditer(r"^```bash(?: aws)?\n(.*?)^```$", text, flags=re.S | re.M)]))
