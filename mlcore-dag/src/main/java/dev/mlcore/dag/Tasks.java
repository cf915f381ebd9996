package dev.mlcore.dag;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What can be declared in a DAG and in each scope within it. Ids consist of letters, digits, {@code _} and {@code -}; those of an inner scope
 * are prefixed with the scope's ({@code scope.task}, at most 250 characters in all). While an inner scope is open its outer one refuses
 * declarations, so that a task cannot land in the wrong one by a slip; a scope that was left refuses them too.
 *
 * <p>Bodies are code of the program that builds the DAG: what they capture is the caller's affair, and a run that goes on in another process
 * takes them from the DAG that is built there. Not thread-safe; a DAG is built by one thread.
 */
public interface Tasks {
    /**
     * A task without inputs.
     *
     * @param <R> its result
     * @param id unique in the scope
     * @param body run once per attempt
     * @return the task
     */
    <R> TaskOut<R> task(String id, Fn0<? extends R> body);

    /**
     * A task without inputs that takes the context.
     *
     * @param <R> its result
     * @param id unique in the scope
     * @param body run once per attempt
     * @return the task
     */
    <R> TaskOut<R> task(String id, Fn1<TaskContext, ? extends R> body);

    /**
     * A task with one input.
     *
     * @param <A> the input
     * @param <R> its result
     * @param id unique in the scope
     * @param in the input
     * @param body run once per attempt
     * @return the task
     */
    <A, R> TaskOut<R> task(String id, Out<A> in, Fn1<? super A, ? extends R> body);

    /**
     * A task with one input and the context.
     *
     * @param <A> the input
     * @param <R> its result
     * @param id unique in the scope
     * @param in the input
     * @param body run once per attempt
     * @return the task
     */
    <A, R> TaskOut<R> task(String id, Out<A> in, Fn2<? super A, TaskContext, ? extends R> body);

    /**
     * A task with two inputs.
     *
     * @param <A> the first input
     * @param <B> the second input
     * @param <R> its result
     * @param id unique in the scope
     * @param a the first input
     * @param b the second input
     * @param body run once per attempt
     * @return the task
     */
    <A, B, R> TaskOut<R> task(String id, Out<A> a, Out<B> b, Fn2<? super A, ? super B, ? extends R> body);

    /**
     * A task with two inputs and the context.
     *
     * @param <A> the first input
     * @param <B> the second input
     * @param <R> its result
     * @param id unique in the scope
     * @param a the first input
     * @param b the second input
     * @param body run once per attempt
     * @return the task
     */
    <A, B, R> TaskOut<R> task(String id, Out<A> a, Out<B> b, Fn3<? super A, ? super B, TaskContext, ? extends R> body);

    /**
     * A class task; its input record and result are read from the class's {@code implements Task<I, O>}.
     *
     * @param <I> the record of its inputs
     * @param <O> its result
     * @param id unique in the scope
     * @param type the task
     * @param inputs binds every component; called at once
     * @return the task
     */
    <I extends Record, O> TaskOut<O> task(String id, Class<? extends Task<I, O>> type, Consumer<Bind<I>> inputs);

    /**
     * A task with any number of inputs, put together to a record.
     *
     * @param <I> the record of its inputs
     * @param <R> its result
     * @param id unique in the scope
     * @param input the record
     * @param inputs binds every component; called at once
     * @param body run once per attempt
     * @return the task
     */
    <I extends Record, R> TaskOut<R> task(
            String id, Class<I> input, Consumer<Bind<I>> inputs, Fn2<? super I, TaskContext, ? extends R> body);

    /**
     * A task with a body that returns nothing. Its value is null.
     *
     * @param <A> the input
     * @param id unique in the scope
     * @param in the input
     * @param body run once per attempt
     * @return the task, to order others after it
     */
    <A> TaskOut<Void> action(String id, Out<A> in, Do2<? super A, TaskContext> body);

    /**
     * The elements of a collection known now, to map tasks over. They are part of the DAG's {@link Dag#hash()}.
     *
     * @param <T> one element
     * @param id names the elements, for messages and drawings; unique among those of the scope
     * @param items storable as described at {@link Codec}; copied
     * @return the elements
     */
    <T> Each<T> each(String id, Collection<T> items);

    /**
     * The elements of a collection that a task or parameter yields, to map tasks over.
     *
     * @param <T> one element
     * @param id names the elements, for messages and drawings; unique among those of the scope
     * @param items the collection
     * @return the elements
     */
    <T> Each<T> each(String id, Out<? extends Collection<T>> items);

    /**
     * A choice between branches by a value. A task of this id takes the decision, which is stored; the tasks of branches not taken are
     * skipped; a task {@code id.merged} has the result of the branch that was.
     *
     * @param <T> the value
     * @param id unique in the scope
     * @param value decides
     * @return for the first branch
     */
    <T> Choice<T> choose(String id, Out<T> value);

    /**
     * Tasks under a common prefix, nothing more.
     *
     * @param <R> what the caller wants out of it, for example a handle
     * @param id the prefix; unique in the scope
     * @param tasks declares them; called at once
     * @return what {@code tasks} returned
     */
    <R> R group(String id, Function<? super Tasks, ? extends R> tasks);
}
