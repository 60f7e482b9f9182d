package caravana.checks;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares the only texts that something can be: an argument that a route gives to a bean's method, the result of an
 * accessor, or an exchange property that a method sets. The checks refuse any other text in a route.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.METHOD})
public @interface OneOf {

    /** None when they are those that the property has anyway. */
    String[] value() default {};

    /**
     * The exchange property that the method sets, or whose values the argument is one of; empty when the texts are those of
     * the argument or of what is returned.
     */
    String property() default "";
}
