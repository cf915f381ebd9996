package dev.mlcore.dag;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/** What can be declared in a DAG and in each scope within it. While an inner scope is open its outer one refuses declarations. */
public interface Tasks {
    <R> TaskOut<R> task(String id, Fn0<? extends R> body);
    <R> TaskOut<R> task(String id, Fn1<TaskContext, ? extends R> body);
    <A, R> TaskOut<R> task(String id, Out<A> in, Fn1<? super A, ? extends R> body);
    <A, R> TaskOut<R> task(String id, Out<A> in, Fn2<? super A, TaskContext, ? extends R> body);
    <A, B, R> TaskOut<R> task(String id, Out<A> a, Out<B> b, Fn2<? super A, ? super B, ? extends R> body);
    <A, B, R> TaskOut<R> task(String id, Out<A> a, Out<B> b, Fn3<? super A, ? super B, TaskContext, ? extends R> body);
    <I extends Record, O> TaskOut<O> task(String id, Class<? extends Task<I, O>> type, Consumer<Bind<I>> inputs);
    <I extends Record, R> TaskOut<R> task(String id, Class<I> input, Consumer<Bind<I>> inputs, Fn2<? super I, TaskContext, ? extends R> body);
    <A> TaskOut<Void> action(String id, Out<A> in, Do2<? super A, TaskContext> body);        // a body without a result

    <T> Each<T> each(String id, Collection<T> items);
    <T> Each<T> each(String id, Out<? extends Collection<T>> items);
    <T> Choice<T> choose(String id, Out<T> value);
    <R> R group(String id, Function<? super Tasks, ? extends R> tasks);
}
