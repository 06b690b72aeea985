import { useRef, useState } from 'preact/hooks';

interface MutationOptions<Data, Input> {
  mutationFn: (input: Input) => Promise<Data>;
  onSuccess?: (data: Data, input: Input) => unknown;
}

interface MutationState<Data> {
  data: Data | undefined;
  /** Error of the latest call, or `null`. */
  error: unknown;
  isPending: boolean;
}

export interface Mutation<Data, Input> extends MutationState<Data> {
  /** Makes the call. Its result or error is then in the state. If several calls run, the latest one counts. */
  mutate: (input: Input, then?: { onSettled?: () => void }) => void;
  reset: () => void;
}

/** A call that changes something. Only the component that uses this hook keeps the result. */
export function useMutation<Data, Input = void>(
  options: MutationOptions<Data, Input>,
): Mutation<Data, Input> {
  const idle: MutationState<Data> = { data: undefined, error: null, isPending: false };
  const [state, setState] = useState(idle);
  const calls = useRef(0);
  const run = async (input: Input): Promise<void> => {
    const call = ++calls.current;
    const settle = (result: Partial<MutationState<Data>>): void => {
      if (call === calls.current) setState({ ...idle, ...result });
    };
    settle({ isPending: true });
    try {
      const data = await options.mutationFn(input);
      settle({ data });
      await options.onSuccess?.(data, input);
    } catch (error) {
      settle({ error });
    }
  };
  return {
    ...state,
    mutate: (input, then) => void run(input).then(then?.onSettled),
    reset: () => {
      calls.current++;
      setState(idle);
    },
  };
}
