package caravana.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Random;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@code ./caravana test} makes this class in some of its runs only, because starting what it needs takes most of its time, so that a
 * part of its tests would take as long. A run of the class alone, or of a part of the tests, makes it always; see {@link Sample}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SampledClass.Condition.class)
public @interface SampledClass {

    /** In about one of so many runs; at least 2. */
    int oneOf();

    /** Skips it in the others. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Class<?> tests = context.getRequiredTestClass();
            SampledClass sampled = tests.getAnnotation(SampledClass.class);
            // Of a method, and of a class within, the class was asked before.
            boolean asked = context.getTestMethod().isPresent() || sampled == null;
            if (asked || !Sample.CLASSES || isChosen(tests.getName(), sampled.oneOf(), Sample.SEED)) {
                return ConditionEvaluationResult.enabled("chosen for this run");
            }
            int runs = sampled.oneOf();
            Sample.leave(tests.getSimpleName() + ", which one of " + runs + " runs makes");
            return ConditionEvaluationResult.disabled("left out of this run");
        }

        /** By name and seed, so that each class is chosen for itself. */
        private static boolean isChosen(String name, int runs, long seed) {
            return new Random(seed * 31 + name.hashCode()).nextInt(runs) == 0;
        }
    }
}
