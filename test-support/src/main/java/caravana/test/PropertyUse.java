package caravana.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;

/**
 * Finds the exchange properties that compiled code sets and reads by constant names. The checks of routes must know
 * them, and a list written by hand would become outdated.
 */
final class PropertyUse {

    private static final String OURS = "caravana/";
    private static final String EXCHANGE = "org/apache/camel/Exchange";

    /** What one method does itself. */
    private static final class Use {
        final Set<String> sets = new TreeSet<>();
        final Set<String> reads = new TreeSet<>();
        /** What it reads with something to go by when nobody has set it. */
        final Set<String> asks = new TreeSet<>();
        /** Those of them that are variables. */
        final Set<String> variables = new TreeSet<>();
        /** What it takes out of maps. */
        final Set<String> keys = new TreeSet<>();

        final Set<String> calls = new HashSet<>();
    }

    private final Map<String, Use> methods = new HashMap<>();
    private final Set<String> seen = new HashSet<>();

    /** All that the methods of a class set, whatever calls them. */
    Set<String> sets(String className) {
        return of(className, use -> use.sets);
    }

    /** All that the methods of a class read, also with a default. */
    Set<String> reads(String className) {
        Set<String> names = of(className, use -> use.reads);
        names.addAll(of(className, use -> use.asks));
        return names;
    }

    /** All that the methods of a class read as variables, whether they have a default or not. */
    Set<String> variables(String className) {
        return of(className, use -> use.variables);
    }

    /** What the method itself takes out of maps, by constant names. */
    Set<String> keys(Method method) {
        String name = Type.getInternalName(method.getDeclaringClass());
        read(name);
        Use use = methods.get(name + "." + method.getName() + Type.getMethodDescriptor(method));
        return use == null ? Set.of() : use.keys;
    }

    private Set<String> of(String className, Function<Use, Set<String>> kind) {
        String internal = className.replace('.', '/');
        read(internal);
        Set<String> names = new TreeSet<>();
        methods.forEach((method, use) -> {
            if (method.startsWith(internal + ".")) {
                names.addAll(kind.apply(use));
            }
        });
        return names;
    }

    /** What a method sets, with all of ours that it calls. */
    Set<String> sets(Method method) {
        return reached(method, true);
    }

    /** What a method reads, with all of ours that it calls. */
    Set<String> reads(Method method) {
        return reached(method, false);
    }

    private Set<String> reached(Method method, boolean set) {
        Set<String> names = new TreeSet<>();
        Set<String> done = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        open.push(Type.getInternalName(method.getDeclaringClass()) + "." + method.getName()
                + Type.getMethodDescriptor(method));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (done.add(next)) {
                read(next.substring(0, next.indexOf('.')));
                Use use = methods.get(next);
                if (use != null) {
                    names.addAll(set ? use.sets : use.reads);
                    use.calls.forEach(open::push);
                }
            }
        }
        return names;
    }

    private void read(String internal) {
        if (!internal.startsWith(OURS) || !seen.add(internal)) {
            return;
        }
        try (InputStream in = PropertyUse.class.getClassLoader().getResourceAsStream(internal + ".class")) {
            if (in != null) {
                new ClassReader(in).accept(new Methods(internal), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Methods extends ClassVisitor {

        private final String owner;

        Methods(String owner) {
            super(Opcodes.ASM9);
            this.owner = owner;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            Use use = new Use();
            methods.put(owner + "." + name + descriptor, use);
            return new Body(use, exchanges(access, descriptor));
        }

        /** The local variables that hold the exchange. */
        private static Set<Integer> exchanges(int access, String descriptor) {
            Set<Integer> locals = new HashSet<>();
            int local = (access & Opcodes.ACC_STATIC) == 0 ? 1 : 0;
            for (Type parameter : Type.getArgumentTypes(descriptor)) {
                if (parameter.getInternalName().equals(EXCHANGE)) {
                    locals.add(local);
                }
                local += parameter.getSize();
            }
            return locals;
        }
    }

    /** A name is the constant that is put directly above the exchange. */
    private static final class Body extends MethodVisitor {

        private final Use use;
        private final Set<Integer> exchanges;
        private final Deque<String> names = new ArrayDeque<>();
        private boolean aboveExchange;
        private String constant;

        Body(Use use, Set<Integer> exchanges) {
            super(Opcodes.ASM9);
            this.use = use;
            this.exchanges = exchanges;
        }

        @Override
        public void visitVarInsn(int opcode, int variable) {
            aboveExchange = opcode == Opcodes.ALOAD && exchanges.contains(variable);
        }

        @Override
        public void visitLdcInsn(Object value) {
            constant = value instanceof String text ? text : null;
            if (aboveExchange && constant != null) {
                names.push(constant);
            }
            aboveExchange = false;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            aboveExchange = false;
            if (owner.equals("java/util/Map") && name.equals("get") && constant != null) {
                use.keys.add(constant);
            }
            constant = null;
            if (owner.equals(EXCHANGE) && !names.isEmpty()) {
                if (name.equals("setProperty")) {
                    use.sets.add(names.pop());
                } else if (name.equals("getProperty") || name.equals("getVariable")) {
                    boolean withDefault = Type.getArgumentTypes(descriptor).length > 2;
                    String read = names.pop();
                    (withDefault ? use.asks : use.reads).add(read);
                    if (name.equals("getVariable")) {
                        use.variables.add(read);
                    }
                }
            }
            if (owner.startsWith(OURS)) {
                use.calls.add(owner + "." + name + descriptor);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            for (Object argument : arguments) {
                if (argument instanceof Handle handle && handle.getOwner().startsWith(OURS)) {
                    use.calls.add(handle.getOwner() + "." + handle.getName() + handle.getDesc());
                }
            }
        }
    }
}
