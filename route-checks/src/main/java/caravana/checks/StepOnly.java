package caravana.checks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a bean's method that accesses another system, or changes the state of the app. Routes must call it as a step,
 * and not in an expression: a step has an id, retries, and a place in the flow. {@code check-routes} enforces this.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface StepOnly {}
