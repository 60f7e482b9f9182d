package caravana.test;

import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.BeanOverride;

/**
 * Orders test classes that share a Spring context one after the other, so that each context is started once; see
 * {@link OneContextAtATime}. Classes share a context if they extend the same class and declare no settings of their own.
 */
public final class BySharedContext implements ClassOrderer {

    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors().sort(Comparator.comparing(test -> contextOf(test.getTestClass())));
    }

    /** A name for the context of a class. */
    static String contextOf(Class<?> type) {
        String shared = type.getSuperclass().getName();
        return declaresSettings(type) ? shared + " " + type.getName() : shared;
    }

    private static boolean declaresSettings(Class<?> type) {
        return MergedAnnotations.from(type).isDirectlyPresent(TestPropertySource.class)
                || Arrays.stream(type.getDeclaredMethods())
                        .anyMatch(method -> method.isAnnotationPresent(DynamicPropertySource.class))
                || Arrays.stream(type.getDeclaredFields())
                        .anyMatch(field -> MergedAnnotations.from(field).isPresent(BeanOverride.class));
    }
}
