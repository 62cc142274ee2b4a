import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Stands before a backend, and keeps three promises of MongoDB that it breaks.
 *
 * <ul>
 *   <li>A document that was read is not changed by a later write. The backend hands out its own copy,
 *       which is sent after its lock was given back; so commands are carried out one at a time here, and
 *       answered with copies.
 *   <li>Text is ordered by code points. The backend orders it by UTF-16 units, which differs beyond
 *       U+D7FF; so units are moved on the way in, and moved back on the way out.
 *   <li>An insert of many documents is many writes, between which others read and write. In the backend
 *       it is one; so it is taken apart here.
 * </ul>
 */
final class FaithfulBackend {

    private final MongoBackend backend;
    private final Runnable afterEach;

    private FaithfulBackend(MongoBackend backend, Runnable afterEach) {
        this.backend = backend;
        this.afterEach = afterEach;
    }

    /** @param afterEach is called after each command, before it is answered */
    static MongoBackend before(MongoBackend backend, Runnable afterEach) {
        FaithfulBackend faithful = new FaithfulBackend(backend, afterEach);
        Class<?>[] interfaces = {MongoBackend.class};
        return (MongoBackend) Proxy.newProxyInstance(
                FaithfulBackend.class.getClassLoader(), interfaces, (proxy, method, arguments) -> {
                    if (method.getName().equals("handleMessage")) {
                        return faithful.handleMessage((MongoMessage) arguments[0]);
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }

    private Document handleMessage(MongoMessage message) {
        Document command = message.getDocument();
        if (command.containsKey("insert") && command.get("documents") instanceof Collection<?> documents) {
            return insertEach(message, command, documents);
        }
        return handleOne(message, command);
    }

    private Document insertEach(MongoMessage message, Document command, Collection<?> documents) {
        boolean isOrdered = !Boolean.FALSE.equals(command.get("ordered"));
        List<Object> errors = new ArrayList<>();
        int index = 0;
        int inserted = 0;
        Document last = new Document("ok", 1);
        for (Object document : documents) {
            Document single = command.clone();
            single.put("documents", List.of(document));
            last = handleOne(message, single);
            if (last.get("writeErrors") instanceof Collection<?> found) {
                for (Object error : found) {
                    Document placed = ((Document) error).clone();
                    placed.put("index", index);
                    errors.add(placed);
                }
                if (isOrdered) {
                    break;
                }
            } else {
                inserted += 1;
            }
            index += 1;
        }
        Document answer = last.clone();
        answer.put("n", inserted);
        answer.remove("writeErrors");
        if (!errors.isEmpty()) {
            answer.put("writeErrors", errors);
        }
        return answer;
    }

    private synchronized Document handleOne(MongoMessage message, Document command) {
        Document taken = (Document) copy(command, true);
        try {
            Document answer = backend.handleMessage(
                    new MongoMessage(message.getChannel(), message.getHeader(), taken));
            return (Document) copy(answer, false);
        } finally {
            afterEach.run();
        }
    }

    private static Object copy(Object value, boolean isIncoming) {
        if (value instanceof String text) {
            return moveUnits(text, isIncoming);
        }
        if (value instanceof Document document) {
            Document copied = new Document();
            for (Map.Entry<String, Object> field : document.entrySet()) {
                copied.put(field.getKey(), copy(field.getValue(), isIncoming));
            }
            return copied;
        }
        if (value instanceof Collection<?> elements) {
            List<Object> copied = new ArrayList<>(elements.size());
            for (Object element : elements) {
                copied.add(copy(element, isIncoming));
            }
            return copied;
        }
        return value;
    }

    /** Puts the surrogates, of which the code points beyond U+FFFF are made, behind all other units. */
    private static String moveUnits(String text, boolean isIncoming) {
        StringBuilder moved = null;
        for (int index = 0; index < text.length(); index += 1) {
            char unit = text.charAt(index);
            if (unit < 0xD800) {
                continue;
            }
            if (moved == null) {
                moved = new StringBuilder(text);
            }
            int border = isIncoming ? 0xE000 : 0xF800;
            int below = isIncoming ? 0x2000 : 0x800;
            int above = isIncoming ? 0x800 : 0x2000;
            moved.setCharAt(index, (char) (unit < border ? unit + below : unit - above));
        }
        return moved == null ? text : moved.toString();
    }
}
