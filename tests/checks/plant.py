"""For the tests of the checks: small trees with a planted fault, and one line per case."""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_failed = []


def case(name, good, detail=''):
    print(f"{'ok' if good else 'not ok'} {name}")
    if not good:
        print(detail)
        _failed.append(name)


def run(tool, *arguments):
    done = subprocess.run([str(ROOT / 'tools' / tool), *map(str, arguments)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def tree(files):
    """A temporary tree of these files; the caller keeps the object as long as it needs the tree."""
    folder = tempfile.TemporaryDirectory(prefix='sluice-check-')
    for name, text in files.items():
        path = Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def clean(tool, name, files, *arguments):
    """The check has nothing to say about this tree."""
    with tree(files) as folder:
        status, output = run(tool, folder, *arguments)
        case(name, status == 0 and not output, output)


def caught(tool, name, files, words, *arguments):
    """The check fails on this tree and says these words."""
    with tree(files) as folder:
        status, output = run(tool, folder, *arguments)
        case(name, status == 1 and words in output, f'status {status}, output: {output}')


def this_tree(tool):
    status, output = run(tool)
    case(f'{tool} finds nothing in this tree', status == 0, output)


def end():
    sys.exit(1 if _failed else 0)
