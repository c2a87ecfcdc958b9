"""What the checks share: C text without comments and strings, and the list of source files."""
import re
from pathlib import Path

_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def bare(text):
    """The text with comments and the insides of literals blanked; lines keep their numbers."""
    def blank(match):
        token = match.group(0)
        if token[0] in '"\'':
            return token[0] * 2
        return ' ' + '\n' * token.count('\n')
    return _TOKEN.sub(blank, text)


def sources(root, folder='src', suffixes=('.c', '.h', '.S')):
    base = Path(root) / folder
    return sorted(p for p in base.rglob('*') if p.suffix in suffixes and p.is_file())


def read_table(path, columns):
    """Lines of words, the last column being the rest of the line: the reason, which must be there."""
    rows = []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        words = line.split(None, columns - 1)
        if len(words) < columns:
            raise SystemExit(f'{path}:{number}: {columns} columns are needed, a reason last')
        rows.append(words)
    return rows
