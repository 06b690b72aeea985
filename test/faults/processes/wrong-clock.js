// @ts-check
// Simulates a machine whose clock is wrong by CLOCK_ERROR_MS. The monotonic clock stays right, as on a real machine.
const error = Number(process.env.CLOCK_ERROR_MS);
const RightDate = Date;

const WrongDate = new Proxy(RightDate, {
  construct(target, args, self) {
    return Reflect.construct(target, args.length === 0 ? [RightDate.now() + error] : args, self);
  },
  apply: () => new Date().toString(),
  get: (target, name) => (name === 'now' ? () => RightDate.now() + error : Reflect.get(target, name)),
});

// An assignment to globalThis.Date would declare a type of that name for the whole project.
Object.assign(globalThis, { Date: WrongDate });
