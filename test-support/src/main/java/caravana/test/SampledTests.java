package caravana.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes a normal run choose some of the class's tests at random; see {@link Sample}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SampledTests.Condition.class)
public @interface SampledTests {

    /** What these tests are, for people. */
    String name();

    /** How many test methods the normal run makes; at least 1. */
    int size();

    /** Skips the others. */
    final class Condition implements ExecutionCondition {

        private static final ConcurrentHashMap<Class<?>, List<String>> CHOSEN = new ConcurrentHashMap<>();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Class<?> tests = context.getRequiredTestClass();
            return context.getTestMethod()
                            .map(method -> chosen(tests).contains(method.getName()))
                            .orElse(true)
                    ? ConditionEvaluationResult.enabled("chosen for this run")
                    : ConditionEvaluationResult.disabled("left out of this run");
        }

        private static List<String> chosen(Class<?> tests) {
            return CHOSEN.computeIfAbsent(tests, type -> {
                SampledTests sampled = type.getAnnotation(SampledTests.class);
                List<String> all = Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
                        .map(Method::getName)
                        .sorted()
                        .toList();
                return Sample.of(sampled.name(), sampled.size(), all);
            });
        }
    }
}
