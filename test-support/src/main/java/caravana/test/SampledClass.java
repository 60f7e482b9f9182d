package caravana.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes {@code ./caravana test} run this class in one of six runs only, because the start of what it needs takes most
 * of its time, so that a part of its tests would take as long. A run of the class alone, or of a part of the tests,
 * always includes it; see {@link Sample}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SampledClass.Condition.class)
public @interface SampledClass {

    /** How many runs with seeds in a row make all classes. */
    int TURNS = 6;

    /** With the seeds that leave this when divided by six; 0 to 5. Each turn has classes that take about as long together. */
    int turn();

    /** Skips it in the others. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Class<?> tests = context.getRequiredTestClass();
            SampledClass sampled = tests.getAnnotation(SampledClass.class);
            // Of a method, and of a class within, the class was checked before.
            boolean asked = context.getTestMethod().isPresent() || sampled == null;
            if (asked || !Sample.CLASSES || Sample.SEED % TURNS == sampled.turn()) {
                return ConditionEvaluationResult.enabled("chosen for this run");
            }
            Sample.leave(tests.getSimpleName() + ", which one of " + TURNS + " runs makes");
            return ConditionEvaluationResult.disabled("left out of this run");
        }
    }
}
