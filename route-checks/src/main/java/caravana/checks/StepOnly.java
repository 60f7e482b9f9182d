package caravana.checks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A bean's method that reads or writes another system, or changes what the app knows. Routes call it as a step of its own,
 * never from an expression: a step has an id, retries, and a place in the story. {@code check-routes} goes by it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface StepOnly {}
