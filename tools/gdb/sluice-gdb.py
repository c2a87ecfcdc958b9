"""For gdb: looks into a running `sluice` or its core file.

    (gdb) source tools/gdb/sluice-gdb.py
    (gdb) sluice-coros              every coroutine: name, what it waits for, session, peer
    (gdb) sluice-bt N               back-trace of coroutine N of that list
    (gdb) sluice-bt all [FRAMES]    of all of them

A coroutine that waits has its callee-saved registers on top of its own stack (src/rt/coro_switch.c
says in which order). Debug information is needed, optimization does not matter.
"""
import gdb
import gdb.unwinder

# Where the switch leaves what a back-trace needs, in words from the saved stack pointer, and how
# many words it saved: the stack pointer after its return.
LAYOUTS = {
    'x86-64': ('$rip', 6, '$rsp', 7, (('$rbp', 5), ('$rbx', 4), ('$r12', 3), ('$r13', 2),
                                       ('$r14', 1), ('$r15', 0))),
    'aarch64': ('$pc', 11, '$sp', 20, tuple((f'$x{19 + i}', i) for i in range(12))),
}


def layout():
    return layout_of(gdb.newest_frame().architecture())


def layout_of(architecture):
    name = architecture.name()
    for machine, found in LAYOUTS.items():
        if machine in name:
            return found
    raise gdb.GdbError(f'no back-traces of coroutines on {name}')


def value(expression):
    return gdb.parse_and_eval(expression)


def coros():
    """Every `struct coro *`, oldest first."""
    head = value("&'loop.c'::loop.all")
    kind = gdb.lookup_type('struct coro')
    offset = next(field.bitpos // 8 for field in kind.fields() if field.name == 'all')
    byte = gdb.lookup_type('char').pointer()
    node = head['next']
    while node and node != head:
        yield (node.cast(byte) - offset).cast(kind.pointer())
        node = node['next']


def text(slice_value):
    length = int(slice_value['n'])
    return slice_value['p'].string(length=length, errors='replace') if length else ''


def name_of(pointer, otherwise):
    return pointer.string() if pointer else otherwise


def describe(number, coro):
    log = coro['ctx']['log']
    waits = name_of(coro['what'], '?') if coro['wait'] else 'running or ready'
    words = [f'{number:4} {name_of(coro["name"], "?"):<16} {waits:<24}']
    if coro['ctx']['cancelled']:
        words.append('cancelled')
    for label, field in (('session', 'session'), ('queue-id', 'queue_id'), ('peer', 'peer')):
        shown = text(log[field])
        if shown:
            words.append(f'{label}={shown}')
    if log['action']:
        words.append(f'action="{log["action"].string()}"')
    return ' '.join(words)


class FrameId:
    """What gdb tells frames apart by."""

    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class IntoCoroutine(gdb.unwinder.Unwinder):
    """While `coro` is set, the caller of the newest frame is that coroutine where it waits.
    Registers and memory stay as they are, so this works on core files too."""

    def __init__(self):
        super().__init__('sluice-coroutine')
        self.coro = None
        self.newest = None

    def enter(self, coro):
        self.coro = None
        gdb.invalidate_cached_frames()
        _, _, sp, _, _ = layout()
        self.newest = int(gdb.newest_frame().read_register(sp[1:]))
        self.coro = coro
        gdb.invalidate_cached_frames()

    def leave(self):
        self.coro = None
        gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if self.coro is None:
            return None
        pc, pc_at, sp, size, others = layout_of(pending.architecture())
        if int(pending.read_register(sp[1:])) != self.newest:
            return None
        top = self.coro['sp'].cast(gdb.lookup_type('unsigned long').pointer())
        # Callers must lie above whom they call, or gdb takes the stack for corrupt.
        found = pending.create_unwind_info(
            FrameId(gdb.Value(int(self.coro['sp'])), pending.read_register(pc[1:])))
        saved = [(register, int(top[at])) for register, at in others]
        saved += [(sp, int(self.coro['sp']) + 8 * size), (pc, int(top[pc_at]))]
        for register, number in saved:
            kind = pending.read_register(register[1:]).type
            found.add_saved_register(register[1:], gdb.Value(number).cast(kind))
        return found


unwinder = IntoCoroutine()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)


def back_trace(coro, frames):
    """Without the newest frame, which is the loop's and not the coroutine's."""
    unwinder.enter(coro)
    try:
        lines = gdb.execute('backtrace' + (f' {int(frames) + 1}' if frames else ''),
                            to_string=True)
    finally:
        unwinder.leave()
    return lines[lines.index('\n#1 ') + 1:] if '\n#1 ' in lines else lines


class SluiceCoros(gdb.Command):
    """Lists the coroutines: number, name, what each waits for, whose session it is."""

    def __init__(self):
        super().__init__('sluice-coros', gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        n = 0
        for n, coro in enumerate(coros(), 1):
            print(describe(n, coro))
        print(f'{n} coroutines')


class SluiceBt(gdb.Command):
    """Back-trace of one coroutine by its number in sluice-coros, or of all: sluice-bt N|all [FRAMES]"""

    def __init__(self):
        super().__init__('sluice-bt', gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if not words:
            raise gdb.GdbError('usage: sluice-bt N|all [FRAMES]')
        frames = words[1] if len(words) > 1 else ''
        current = value("'loop.c'::loop.current")
        for n, coro in enumerate(coros(), 1):
            if words[0] not in ('all', str(n)):
                continue
            print(describe(n, coro))
            if coro == current:
                print('it runs now: see "backtrace"')
            else:
                print(back_trace(coro, frames))


SluiceCoros()
SluiceBt()
